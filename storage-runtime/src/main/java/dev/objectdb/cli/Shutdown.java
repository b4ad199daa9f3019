package dev.objectdb.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a command has started, to be stopped in reverse order. Stopping is not cut short by the
 * interrupt that asked for it, nor by one part that fails.
 */
final class Shutdown implements AutoCloseable {
  private final Deque<Part> parts = new ArrayDeque<>();

  /** Something that has to be stopped. */
  interface Part extends AutoCloseable {
    @Override
    void close();
  }

  /** Adds what was started last. */
  void later(Part part) {
    parts.push(part);
  }

  /**
   * Stops everything.
   *
   * @throws RuntimeException the first failure, after all have been stopped; others suppressed
   */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    RuntimeException failure = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw failure;
    }
  }
}
