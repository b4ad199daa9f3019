package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.storage.StorageException;
import dev.objectdb.storage.Subscription;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One client from accept to close.
 *
 * <p>Its threads, all virtual: the reader, which runs {@link #run}; the writer; the lane of its
 * transactions; and one for each read that is being answered.
 */
final class ZeoConnection implements LinkSession.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(ZeoConnection.class);

  private static final Bytes GREETING = Bytes.ofUtf8("Z5");
  private static final Bytes STATUS_QUESTION = Bytes.ofUtf8("ruok");

  /** A greeting is 2 to 4 bytes. */
  private static final int GREETING_BYTES_MAX = 16;

  /** Nobody registers in more; before that a client is a stranger. */
  private static final int STRANGER_BYTES_MAX = 1 << 16;

  /** Time that a client that is sent away gets to take what is queued for it. */
  private static final long FAREWELL_MILLIS = 2_000;

  private final LinkContext link;

  /** The connection itself, under whatever lies over it: it can be ended without waiting. */
  private final Socket socket;

  private final FrameReader in;
  private final FrameWriter out;
  private final Outbound outbound;
  private final LinkFeed feed;
  private final Replier replier;
  private final long started;
  private final AtomicBoolean cut = new AtomicBoolean();
  private volatile boolean draining;
  private volatile @Nullable LinkSession session;
  private volatile String client;

  ZeoConnection(LinkContext link, Socket socket) throws IOException {
    this.link = link;
    this.socket = socket;
    this.client = String.valueOf(socket.getRemoteSocketAddress());
    Socket secured = link.config().security().over(socket);
    this.in = new FrameReader(secured.getInputStream(), link.longFrames(), link.nanoTime());
    this.out = new FrameWriter(secured.getOutputStream());
    this.outbound = new Outbound(out, link.config().link(), link.pool(), link.nanoTime());
    this.feed = new LinkFeed(outbound, link.codec(), link.frames(), this::cut);
    this.replier = new Replier(link.codec(), outbound, link.tally());
    this.started = link.nanoTime().getAsLong();
  }

  /** Serves the client until either side ends the link. */
  void run() {
    try {
      if (greet()) {
        serve();
      }
    } catch (ProtocolException e) {
      violated(e);
    } catch (SSLException e) {
      disagreed(e);
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("client", client).setCause(e).log("link broke");
    } catch (Throwable e) {
      failed(e);
    } finally {
      end();
    }
  }

  /** The server speaks first; one number, one encoding. */
  private boolean greet() throws IOException {
    out.write(GREETING);
    out.flush();
    Optional<byte[]> answer = in.read(GREETING_BYTES_MAX);
    if (answer.isEmpty()) {
      return false; // a probe of somebody's load balancer
    }
    Bytes greeting = Bytes.wrap(answer.get());
    if (greeting.equals(STATUS_QUESTION)) {
      out.write(new StatusReport(link.info().counters()).toJson());
      out.flush();
      return false;
    }
    return greeting.equals(GREETING);
  }

  private void serve() throws IOException {
    Thread writer = Thread.ofVirtual().name("zeo-writer").start(this::write);
    int frameMax = link.config().limits().frameBytesMax();
    int strangerMax = Math.min(STRANGER_BYTES_MAX, frameMax);
    while (!isSentAway()) {
      Optional<byte[]> frame = read(session == null ? strangerMax : frameMax);
      if (frame.isEmpty()) {
        break;
      }
      take(link.codec().decode(frame.get()));
      LinkSession.letOthersIn();
    }
    if (draining) {
      sayFarewell(writer);
    }
  }

  private Optional<byte[]> read(int bytesMax) throws IOException {
    try {
      return in.read(bytesMax);
    } catch (SSLException e) {
      if (isSentAway()) {
        return Optional.empty(); // the input was shut down, which TLS takes for an attack
      }
      throw e;
    }
  }

  private void write() {
    try {
      outbound.run();
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("client", client).setCause(e).log("link broke while writing");
      hangUp();
    } catch (Throwable e) {
      failed(e);
    }
  }

  private void take(Message message) {
    if (message.name().equals(Message.REPLY)) {
      return; // a heartbeat; a server that asks nothing gets no other reply
    }
    try {
      serve(message, link.requests().read(message));
    } catch (ArgumentException e) {
      replier.answer(message, e.failure());
    }
  }

  private void serve(Message message, ZeoRequest request) {
    LinkSession open = session;
    if (request instanceof ZeoRequest.Register register) {
      register(message.msgid(), register).ifPresent(reply -> replier.answer(message, reply));
      return;
    }
    if (open == null) {
      throw new ProtocolException("a call before register");
    }
    switch (request) {
      case ZeoRequest.Register _ -> throw new AssertionError("handled above");
      case ZeoRequest.SetClientLabel(String label) -> {
        client = label + " " + socket.getRemoteSocketAddress();
        LOG.atInfo().addKeyValue("client", client).log("client named itself");
        replier.answer(message, Reply.NONE);
      }
      case ZeoRequest.Read read -> open.read(message, read);
      case ZeoRequest.Write write -> open.write(message, write);
    }
  }

  /** R7: catches up, joins the feed and answers its position, in one step. */
  private Optional<Reply> register(PickleValue msgid, ZeoRequest.Register request) {
    if (session != null) {
      return Optional.of(WireErrors.value("already registered"));
    }
    if (!request.storage().equals(ZeoServer.STORAGE_NAME)) {
      return Optional.of(WireErrors.value("unknown storage: " + request.storage()));
    }
    if (link.config().readOnly() && !request.readOnly()) {
      return Optional.of(WireErrors.readOnly());
    }
    Subscription subscription;
    try {
      subscription = link.storage().subscribe(feed);
    } catch (StorageException e) {
      return Optional.of(WireErrors.of(e));
    }
    LinkOutput output = new LinkOutput(outbound, feed, replier, request.readOnly());
    session = new LinkSession(link, subscription, output, this);
    feed.join(msgid, subscription.baseline());
    LOG.atInfo()
        .addKeyValue("client", client)
        .addKeyValue("readOnly", request.readOnly())
        .addKeyValue("tid", subscription.baseline())
        .log("client registered");
    return Optional.empty();
  }

  @Override
  public void violated(ProtocolException violation) {
    LOG.atInfo()
        .addKeyValue("client", client)
        .addKeyValue("reason", violation.getMessage())
        .log("closing a link that does not speak ZEO");
    hangUp();
  }

  private void disagreed(SSLException e) {
    boolean probe = e.getCause() instanceof EOFException; // somebody's load balancer's
    LOG.atLevel(session == null && !probe ? Level.INFO : Level.DEBUG)
        .addKeyValue("client", client)
        .addKeyValue("reason", e.getMessage())
        .log("closing a link that does not speak TLS as it should");
  }

  /** Ends the link from the server's side: one line in the log, and the reader wakes up. */
  void cut(String reason) {
    if (cut.compareAndSet(false, true)) {
      link.tally().cut.increment();
      LOG.atWarn()
          .addKeyValue("client", client)
          .addKeyValue("reason", reason)
          .addKeyValue("queuedBytes", outbound.queuedBytes())
          .log("cutting a link");
      hangUp();
    }
  }

  /**
   * A fault of ours: the client comes back on a new link, which begins with nothing of this one.
   */
  @Override
  public void failed(Throwable cause) {
    link.tally().failures.increment();
    if (cut.compareAndSet(false, true)) {
      link.tally().cut.increment();
      LOG.atError()
          .addKeyValue("client", client)
          .setCause(cause)
          .log("cutting a link by a fault of this server");
    }
    hangUp();
  }

  /** Looks after the link from time to time. */
  void watch() {
    try {
      lookAfter();
    } catch (Throwable e) {
      failed(e); // this link only: the others are looked after as well
    }
  }

  private void lookAfter() {
    LinkSession open = session;
    if (open != null) {
      open.closeIdleCursors();
    } else if (link.nanoTime().getAsLong() - started
        > link.config().link().handshakeMax().toNanos()) {
      cut("the client does not register");
    }
    if (open != null && !draining && isOld()) {
      LOG.atDebug().addKeyValue("client", client).log("sending away a link that got old");
      drain();
    }
    if (in.isStalled()) {
      cut("the client does not send what it announced");
    }
    if (outbound.isStalled()) {
      cut("the client does not take what it is sent");
    }
  }

  /** All that came at once, after a restart, are not to go at once as well. */
  private boolean isOld() {
    long age = link.config().maxConnectionAge().toNanos();
    long spread = age / 10 * (socket.getPort() % 21 - 10) / 10;
    return age > 0 && link.nanoTime().getAsLong() - started > age + spread;
  }

  /** Pushes new sizes. */
  void push(Bytes frame) {
    feed.push(frame);
  }

  boolean isRegistered() {
    return session != null;
  }

  long queuedBytes() {
    return outbound.queuedBytes();
  }

  /** Sends the client away as soon as it has no transaction open. */
  void drain() {
    draining = true;
    transactionEnded();
  }

  @Override
  public void transactionEnded() {
    if (isSentAway()) {
      try {
        socket.shutdownInput(); // wakes the reader, which then says farewell
      } catch (IOException e) {
        LOG.atDebug().addKeyValue("client", client).setCause(e).log("link is closed already");
      }
    }
  }

  private boolean isSentAway() {
    LinkSession open = session;
    return draining && (open == null || !open.isBusy());
  }

  private void sayFarewell(Thread writer) {
    LinkSession open = session;
    if (open != null) {
      open.awaitReads(FAREWELL_MILLIS);
    }
    outbound.close();
    try {
      writer.join(FAREWELL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end() {
    in.close();
    hangUp();
    LinkSession open = session;
    try {
      if (open != null) {
        open.close();
      }
    } catch (Throwable e) {
      failed(e);
    }
  }

  /**
   * Ends the link from any thread: the reader gets loose, wherever it waits, and gives back what
   * the link holds. Calls no storage, so the feed may do it.
   */
  void hangUp() {
    outbound.close();
    LinkSession open = session;
    if (open != null) {
      open.release();
    }
    try {
      socket.close();
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("client", client).setCause(e).log("closing the socket failed");
    }
  }
}
