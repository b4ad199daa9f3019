package dev.objectdb.zeo;

import dev.objectdb.object.Bytes;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.Storage;
import dev.objectdb.storage.StorageException;
import dev.objectdb.storage.StorageStats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one storage to ZEO clients, under the name {@value #STORAGE_NAME}.
 *
 * <p>Keeps nothing that the storage does not have: any server over the same database can take over
 * the clients of any other. The storage is the caller's, and stays open when the server closes.
 */
public final class ZeoServer implements AutoCloseable {
  /** What clients call a storage that nobody named. */
  public static final String STORAGE_NAME = "1";

  private static final Logger LOG = LoggerFactory.getLogger(ZeoServer.class);

  /** Clients that may wait to be accepted; all of them come back at once after a restart. */
  private static final int BACKLOG = 512;

  /** How long a close waits for links to give back what they hold. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  /** How often sizes are measured and told, if anything was committed. */
  private static final int WATCHES_PER_MEASURE = 10;

  /** Dead peers are found within two minutes, also behind a proxy that swallows the reset. */
  private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE_SECONDS =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, 60,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 6);

  private final ZeoConfig config;
  private final Storage storage;
  private final ServerSocket listener;
  private final Clock clock;
  private final Instant started = Instant.now();
  private final Tally tally = new Tally();
  private final LinkContext link;
  private final Set<ZeoConnection> connections = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread acceptor = Thread.ofVirtual().name("zeo-accept").unstarted(this::accept);
  private boolean full;

  private ZeoServer(ZeoConfig config, Storage storage, ServerSocket listener, Clock clock) {
    this.config = config;
    this.storage = storage;
    this.listener = listener;
    this.clock = clock;
    this.link = LinkContext.of(config, storage, new Info(), tally, clock.nanoTime());
  }

  /**
   * Time, as a server sees it.
   *
   * @param nanoTime for durations
   * @param watchPeriod how often links are looked after
   */
  record Clock(LongSupplier nanoTime, Duration watchPeriod) {
    static final Clock REAL = new Clock(System::nanoTime, Duration.ofSeconds(1));
  }

  /**
   * Begins to listen.
   *
   * @throws UncheckedIOException if the address cannot be listened on
   */
  public static ZeoServer start(ZeoConfig config, Storage storage) {
    return start(config, storage, Clock.REAL);
  }

  static ZeoServer start(ZeoConfig config, Storage storage, Clock clock) {
    ServerSocket listener = listen(config);
    ZeoServer server = new ZeoServer(config, storage, listener, clock);
    server.acceptor.start();
    Thread.ofVirtual().name("zeo-watch").start(server::watch);
    LOG.atInfo()
        .addKeyValue("host", config.host())
        .addKeyValue("port", server.port())
        .addKeyValue("readOnly", config.readOnly())
        .log("serving ZEO clients");
    return server;
  }

  private static ServerSocket listen(ZeoConfig config) {
    try {
      ServerSocket socket = new ServerSocket();
      try {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(config.host(), config.port()), BACKLOG);
        return socket;
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen on %s port %d".formatted(config.host(), config.port()), e);
    }
  }

  /** The port it listens on. */
  public int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        receive(listener.accept());
      } catch (Throwable e) { // whatever befell this client, the next one is to be accepted
        if (!listener.isClosed()) {
          LOG.atError().setCause(e).log("accepting a client failed");
          pause(); // out of file handles, perhaps: not in a busy loop
        }
      }
    }
  }

  private void receive(Socket socket) throws IOException {
    try {
      admit(socket);
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("link broke before it began");
      socket.close();
    } catch (Throwable e) {
      socket.close();
      throw e;
    }
  }

  private void admit(Socket socket) throws IOException {
    if (connections.size() >= config.maxConnections()) {
      tally.refused.increment();
      if (!full) {
        LOG.atWarn()
            .addKeyValue("maxConnections", config.maxConnections())
            .log("refusing clients: the limit of connections is reached");
      }
      full = true;
      socket.close();
      return;
    }
    full = false;
    socket.setTcpNoDelay(true);
    socket.setKeepAlive(true);
    for (var option : KEEP_ALIVE_SECONDS.entrySet()) {
      if (socket.supportedOptions().contains(option.getKey())) {
        socket.setOption(option.getKey(), option.getValue());
      }
    }
    ZeoConnection connection = new ZeoConnection(link, socket);
    Thread reader =
        Thread.ofVirtual()
            .name("zeo-" + socket.getRemoteSocketAddress())
            .unstarted(
                () -> {
                  try {
                    connection.run();
                  } finally {
                    connections.remove(connection);
                  }
                });
    connections.add(connection);
    try {
      reader.start();
    } catch (Throwable e) {
      connections.remove(connection);
      throw e;
    }
    if (listener.isClosed()) {
      connection.hangUp(); // close() may have missed it
    }
  }

  private void watch() {
    long measuredCommits = 0;
    for (int round = 1; !pause(); round++) {
      connections.forEach(ZeoConnection::watch);
      long commits = tally.commits.sum();
      if (round % WATCHES_PER_MEASURE == 0 && commits != measuredCommits && tellSizes()) {
        measuredCommits = commits;
      }
    }
  }

  /** Waits for a while, or for the end. */
  private boolean pause() {
    try {
      return closed.await(clock.watchPeriod().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Measures and tells; if that fails, links are to be looked after all the same. */
  private boolean tellSizes() {
    try {
      Bytes frame = link.frames().info(storage.stats());
      connections.forEach(connection -> connection.push(frame));
      return true;
    } catch (StorageException e) {
      LOG.atDebug().setCause(e).log("sizes could not be measured");
    } catch (Throwable e) {
      LOG.atError().setCause(e).log("sizes could not be measured by a fault of this server");
    }
    return false;
  }

  /** Returns what is open and what was counted; cheap. */
  public ZeoCounters counters() {
    Tid position = storage.position();
    return new ZeoCounters(
        started,
        connections.size(),
        connections.stream().filter(ZeoConnection::isRegistered).count(),
        tally.active.sum(),
        tally.voting.sum(),
        connections.stream().mapToLong(ZeoConnection::queuedBytes).sum(),
        tally.loads.sum(),
        tally.stores.sum(),
        tally.commits.sum(),
        tally.aborts.sum(),
        tally.conflicts.sum(),
        tally.conflictsResolved.sum(),
        tally.failures.sum(),
        tally.refused.sum(),
        tally.cut.sum(),
        position);
  }

  /**
   * Takes no new clients, lets open transactions end, sends each client away once it has none, and
   * closes. Clients come back to another server by themselves.
   *
   * @param patience how long transactions get before they are aborted
   */
  public void drain(Duration patience) {
    closeListener();
    connections.forEach(ZeoConnection::drain);
    awaitNoConnections(patience);
    close();
  }

  /** Takes no new clients and cuts all links; their transactions are aborted. */
  @Override
  public void close() {
    closeListener();
    closed.countDown();
    connections.forEach(ZeoConnection::hangUp);
    awaitNoConnections(CLOSE_PATIENCE);
  }

  private void awaitNoConnections(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (!connections.isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeListener() {
    try {
      listener.close();
      acceptor.join(CLOSE_PATIENCE); // the port is free when the last accept has gone
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("closing the listener failed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Info implements ServerInfo {
    @Override
    public StorageStats measure() {
      return storage.stats();
    }

    @Override
    public ZeoCounters counters() {
      return ZeoServer.this.counters();
    }
  }
}
