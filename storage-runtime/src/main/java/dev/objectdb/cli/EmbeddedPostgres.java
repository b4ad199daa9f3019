package dev.objectdb.cli;

import dev.objectdb.server.ConfigException;
import dev.objectdb.storage.pg.PgUri;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A PostgreSQL server of our own, in a {@link DataDirectory}.
 *
 * <p>It listens on 127.0.0.1 only, on a port that is free at the time, and asks for a password that
 * lies beside its data, so that other users of the machine stay out. It is started through {@code
 * pg_ctl}, which gives it a process group of its own: a Ctrl-C at the terminal reaches the command,
 * which stops it last, and not the server under its feet.
 *
 * <p>After a {@code kill -9} of the command alone, the server is still there: whoever holds the
 * lock next stops it first. After one of everything, PostgreSQL recovers from its log.
 */
final class EmbeddedPostgres implements AutoCloseable {
  private static final String USER = "objectdb";
  private static final String DATABASE = "postgres";

  /** Beside the pool: one that commits, one that listens, and some for people with psql. */
  private static final int SPARE_CONNECTIONS = 20;

  /** Seconds until it counts as not starting; recovery after a crash may take its time. */
  private static final String START_SECONDS = "600";

  /** Seconds for a stop that breaks off what still runs, and then for one that drops everything. */
  private static final String STOP_SECONDS = "30";

  /**
   * A server writes down its number when it has hardly begun; one that has not by then never will.
   */
  private static final Duration NUMBER_WITHIN = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Programs programs;
  private final Path bin;
  private final DataDirectory directory;
  private final Path cluster;

  private EmbeddedPostgres(Programs programs, Path home, DataDirectory directory) {
    this.programs = programs;
    this.bin = home.resolve("bin");
    this.directory = directory;
    this.cluster = directory.resolve("postgres");
  }

  /**
   * Prepares a server: ends one that was left behind, and makes the cluster if there is none.
   *
   * @param home the unpacked programs
   */
  static EmbeddedPostgres prepare(Path home, DataDirectory directory) throws InterruptedException {
    EmbeddedPostgres postgres = new EmbeddedPostgres(Programs.detect(), home, directory);
    try {
      if (Files.isDirectory(postgres.cluster)) {
        postgres.refuseOtherVersion();
        postgres.endLeftover();
      } else {
        postgres.initialise();
      }
      return postgres;
    } catch (IOException e) {
      throw new CommandFailure(
          "%s cannot be prepared for PostgreSQL: %s".formatted(directory, e.getMessage()));
    }
  }

  /**
   * Starts the server and waits until it answers.
   *
   * @param poolMax connections that will be used
   * @return its address
   */
  PgUri start(int poolMax) throws InterruptedException {
    Path log = directory.resolve("postgres.log");
    try {
      int port = freePort();
      Files.deleteIfExists(log);
      String options =
          "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=%d"
              .formatted(port, poolMax + SPARE_CONNECTIONS);
      Programs.Outcome outcome =
          control("start", "-w", "-t", START_SECONDS, "-l", log.toString(), "-o", options);
      if (outcome.code() != 0) {
        throw new CommandFailure(
            "PostgreSQL did not start (%s): see %s".formatted(complaint(log, outcome), log));
      }
      String password = Files.readString(directory.resolve("password")).strip();
      String uri = "postgresql://%s:%s@127.0.0.1:%d/%s".formatted(USER, password, port, DATABASE);
      directory.writePrivate("postgres.uri", uri + System.lineSeparator());
      return PgUri.parse(uri);
    } catch (IOException e) {
      throw new CommandFailure("PostgreSQL cannot be started: %s".formatted(e.getMessage()));
    }
  }

  /** Stops the server: what still runs in it is broken off, what was committed is there. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      Files.deleteIfExists(directory.resolve("postgres.uri"));
      awaitNumber();
      if (running().isPresent()
          && control("stop", "-w", "-t", STOP_SECONDS, "-m", "fast").code() != 0) {
        control("stop", "-w", "-t", STOP_SECONDS, "-m", "immediate");
      }
    } catch (IOException e) {
      throw new CommandFailure("PostgreSQL cannot be stopped: %s".formatted(e.getMessage()));
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void refuseOtherVersion() throws IOException, InterruptedException {
    String found = Files.readString(cluster.resolve("PG_VERSION")).strip();
    String brought = programs.run(List.of(bin.resolve("postgres").toString(), "-V")).output();
    if (!brought.matches(".* %s[.].*".formatted(found))) {
      throw new ConfigException(
          "the data in %s is of PostgreSQL %s, and this objectdb brings %s: dump it with that one"
                  .formatted(cluster, found, brought)
              + " and restore it with this one, or choose another directory with --data-dir");
    }
  }

  /** We hold the lock: a server that runs here has lost its command. */
  private void endLeftover() throws IOException, InterruptedException {
    Optional<ProcessHandle> server = running();
    if (server.isPresent()) {
      Programs.Outcome outcome = control("stop", "-w", "-t", STOP_SECONDS, "-m", "fast");
      if (outcome.code() != 0) {
        throw new CommandFailure(
            "a server left behind (process %d) does not stop (%s): end it, then try again"
                .formatted(server.get().pid(), outcome.output()));
      }
    } else {
      // Its number may have gone to another process meanwhile, which would keep ours from starting.
      Files.deleteIfExists(cluster.resolve("postmaster.pid"));
    }
  }

  /** Returns the server that runs on this cluster, if it really is one. */
  private Optional<ProcessHandle> running() throws IOException {
    Path pidFile = cluster.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return Optional.empty();
    }
    return Files.readAllLines(pidFile).stream()
        .findFirst()
        .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
        .filter(it -> it.info().command().orElse("").endsWith("postgres"));
  }

  /** A start that was broken off may leave a server that has not written down its number yet. */
  private void awaitNumber() throws IOException, InterruptedException {
    long end = System.nanoTime() + NUMBER_WITHIN.toNanos();
    while (running().isEmpty()
        && ProcessHandle.allProcesses().anyMatch(this::isStarting)
        && System.nanoTime() - end < 0) {
      Thread.sleep(PAUSE);
    }
  }

  /** {@code pg_ctl} has a shell start the server, which then takes its place. */
  private boolean isStarting(ProcessHandle process) {
    String program = process.info().command().orElse("");
    return (program.endsWith("/postgres") || program.endsWith("sh"))
        && process.info().commandLine().orElse("").contains(cluster.toString());
  }

  /** Makes the cluster beside its place and moves it there, so that half of one is never taken. */
  private void initialise() throws IOException, InterruptedException {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    directory.writePrivate("password", password + System.lineSeparator());
    Path fresh = directory.resolve("postgres.new");
    Trees.delete(fresh); // of a command that was stopped meanwhile
    Programs.Outcome outcome =
        programs.run(
            List.of(
                bin.resolve("initdb").toString(),
                "--pgdata=" + fresh,
                "--username=" + USER,
                "--pwfile=" + directory.resolve("password"),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--data-checksums"));
    if (outcome.code() != 0) {
      throw new CommandFailure(
          "PostgreSQL cannot make a cluster in %s: %s".formatted(directory, outcome.output()));
    }
    Files.move(fresh, cluster, StandardCopyOption.ATOMIC_MOVE);
  }

  private Programs.Outcome control(String... arguments) throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(bin.resolve("pg_ctl").toString());
    command.add("--pgdata=" + cluster);
    command.addAll(List.of(arguments));
    return programs.run(command);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /** Returns the server's own last complaint, which says more than that of its starter. */
  private static String complaint(Path log, Programs.Outcome outcome) throws IOException {
    if (Files.exists(log)) {
      List<String> fatal =
          Files.readAllLines(log).stream().filter(line -> line.contains("FATAL:")).toList();
      if (!fatal.isEmpty()) {
        return fatal.getLast();
      }
    }
    return outcome.output().lines().reduce((_, last) -> last).orElse("no reason given");
  }
}
