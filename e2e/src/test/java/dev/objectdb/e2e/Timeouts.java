package dev.objectdb.e2e;

import java.time.Duration;

/**
 * How long a test waits before it fails. These are not promises of speed: they leave room for a
 * machine of two cores that is busy with something else.
 */
final class Timeouts {
  /** One short command: kubectl get, apply, delete. */
  static final Duration COMMAND = Duration.ofMinutes(2);

  /** Making the Python environment of the clients, from a package index. */
  static final Duration PYTHON_INSTALL = Duration.ofMinutes(5);

  /** From {@code helm install} to an operator that is ready. */
  static final Duration OPERATOR_READY = Duration.ofMinutes(3);

  /** From {@code kubectl apply} of a database, with its PostgreSQL, to Ready. */
  static final Duration DATABASE_READY = Duration.ofMinutes(5);

  /** From the loss of servers to the next acknowledged commit of every client. */
  static final Duration CLIENTS_GO_ON = Duration.ofMinutes(2);

  /** The end of a client after it was told to stop. */
  static final Duration CLIENT_STOP = Duration.ofMinutes(2);

  /** How long nothing may change after an apply of what is there already. */
  static final Duration QUIET = Duration.ofSeconds(5);

  private Timeouts() {}
}
