package dev.objectdb.zeo;

import dev.objectdb.storage.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A link after its register: its place in the feed, the lane of its transactions, the reads under
 * way, its iterators. Closing it gives all of them back.
 */
final class LinkSession implements AutoCloseable {
  /** Weight of a step besides its bytes, so that empty ones are bounded too. */
  private static final int STEP_BYTES = 256;

  private final LinkContext link;
  private final Subscription subscription;
  private final Replier replier;
  private final Owner owner;
  private final Cursors cursors;
  private final ReadHandler reads;
  private final Semaphore readers;

  /** Held by a read whose record waits in memory for its client, so that at most one does. */
  private final ReentrantLock record = new ReentrantLock();

  private final CommitLane lane;
  private final ByteBudget stepBytes;
  private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
  private volatile boolean closed;

  /** The connection, as far as its session needs it. */
  interface Owner {
    /** A step cannot be what a client of this protocol sends. */
    void violated(ProtocolException violation);

    /** No transaction is open any more. */
    void transactionEnded();

    /** A thread of the link met what it cannot answer: the link has to end. */
    void failed(Throwable cause);
  }

  /**
   * A step that waits for its turn.
   *
   * @param request null: the last one, the lane ends here
   */
  private record Step(@Nullable Message message, ZeoRequest.@Nullable Write request, int bytes) {}

  LinkSession(LinkContext link, Subscription subscription, LinkOutput output, Owner owner) {
    this.link = link;
    this.subscription = subscription;
    this.replier = output.replier();
    this.owner = owner;
    boolean readOnly = output.readOnly();
    LinkLimits limits = link.config().link();
    this.cursors = new Cursors(link.extensions(), limits, link.nanoTime());
    this.reads = new ReadHandler(link, output.feed(), output.outbound(), cursors, readOnly);
    this.readers = new Semaphore(limits.readsMax());
    this.lane = new CommitLane(link, subscription, output.feed(), readOnly);
    this.stepBytes = new ByteBudget(limits.writeBytesMax(), link.pool());
    Thread.ofVirtual().name("zeo-commits").start(this::runLane);
  }

  /** Serves a read on a thread of its own; waits while too many are under way. */
  void read(Message message, ZeoRequest.Read request) {
    if (request instanceof ZeoRequest.IteratorGc(List<Long> ids)) {
      cursors.announceForget(ids);
    }
    readers.acquireUninterruptibly();
    Message call = message.withoutArguments();
    Thread.ofVirtual()
        .name("zeo-read")
        .start(
            () -> {
              try {
                perform(call, request);
              } catch (Throwable e) {
                owner.failed(e);
              } finally {
                readers.release();
              }
            });
  }

  private void perform(Message message, ZeoRequest.Read request) {
    boolean bearsRecord = ReadHandler.bearsRecord(request);
    if (bearsRecord) {
      record.lock();
    }
    try {
      Optional<Reply> reply;
      try {
        reply = reads.perform(request, message.msgid());
      } catch (Throwable e) {
        reply = Optional.of(replier.failure(message, e));
      }
      reply.ifPresent(answer -> replier.answer(message, answer));
    } finally {
      if (bearsRecord) {
        record.unlock();
      }
    }
  }

  /** Queues a step of a transaction; waits while too much of it is queued. */
  void write(Message message, ZeoRequest.Write request) {
    if (request instanceof ZeoRequest.Abort(TxnId txn)) {
      lane.announceAbort(txn);
    }
    int bytes = STEP_BYTES + message.bytes();
    if (stepBytes.take(bytes)) {
      steps.add(new Step(message.withoutArguments(), request, bytes));
      if (message.bytes() > FrameReader.SHORT_BYTES) {
        stepBytes.awaitNoneHeld(); // what it brought is in memory until its step is performed
      }
    }
  }

  private void runLane() {
    try {
      try {
        takeSteps();
      } finally {
        lane.settle();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      owner.failed(e); // without its lane a link would take steps and never answer
    }
  }

  private void takeSteps() throws InterruptedException {
    while (true) {
      Step step = steps.take();
      if (step.message() == null || step.request() == null || closed) {
        return;
      }
      perform(step.message(), step.request());
      stepBytes.giveBack(step.bytes());
      if (!lane.isBusy()) {
        owner.transactionEnded();
      }
      letOthersIn();
    }
  }

  /** A virtual thread that never waits keeps its processor, and the other links wait for it. */
  @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it but how long they wait
  static void letOthersIn() {
    Thread.yield();
  }

  private void perform(Message message, ZeoRequest.Write request) {
    Optional<Reply> reply;
    try {
      reply = lane.perform(request, message.msgid());
    } catch (ProtocolException e) {
      owner.violated(e);
      return;
    } catch (RuntimeException e) {
      reply = Optional.of(replier.failure(message, e));
    }
    reply.ifPresent(answer -> replier.answer(message, answer));
  }

  /** Tells whether a transaction is open, or about to be. */
  boolean isBusy() {
    return lane.isBusy() || !steps.isEmpty();
  }

  /** Waits until the reads under way are answered. */
  void awaitReads(long millis) {
    int all = link.config().link().readsMax();
    try {
      if (readers.tryAcquire(all, millis, TimeUnit.MILLISECONDS)) {
        readers.release(all);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void closeIdleCursors() {
    cursors.closeIdle();
  }

  /** The link is over: lets its reader go, wherever it waits. Any thread; calls nobody else. */
  void release() {
    closed = true;
    stepBytes.close();
  }

  @Override
  public void close() {
    release();
    steps.clear();
    steps.add(new Step(null, null, 0));
    try (subscription;
        cursors) {
      lane.close();
    }
  }
}
