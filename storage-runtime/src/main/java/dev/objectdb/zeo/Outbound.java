package dev.objectdb.zeo;

import dev.objectdb.object.Allowance;
import dev.objectdb.object.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The one ordered queue of everything a client is sent, and the loop that writes it.
 *
 * <p>Two kinds of frames with a budget each. Replies can wait: whoever has one takes room for it
 * first, which blocks while the client is slow to take earlier ones. Pushes cannot, since they come
 * from the feed: when theirs is used up, the link has to be cut.
 *
 * <p>Several frames that wait leave in one flush.
 */
final class Outbound {
  /** A batch is written and flushed as one; its size bounds what a flush can delay. */
  private static final int BATCH_BYTES = 1 << 18;

  /** The least a client is expected to take, 64 KiB in a second. */
  private static final long BYTES_PER_SECOND_MIN = 1 << 16;

  private final FrameWriter out;
  private final long stallNanosMax;
  private final LongSupplier nanoTime;
  private final ByteBudget replies;
  private final ByteBudget pushes;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Frame> queue = new ArrayDeque<>();
  private boolean closing;
  private long batchBytes;
  private long batchStarted;

  /** One payload, and the budget that it goes back to when it is written. */
  private record Frame(Bytes payload, ByteBudget budget) {}

  /**
   * @param pool what the replies of all links may hold
   */
  Outbound(FrameWriter out, LinkLimits limits, Allowance pool, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.stallNanosMax = limits.stallMax().toNanos();
    this.replies = new ByteBudget(limits.replyBytesMax(), pool);
    this.pushes = new ByteBudget(limits.pushBytesMax());
  }

  /**
   * Waits for room for a reply.
   *
   * @return false if the link has ended; then there is nobody to reply to
   */
  boolean takeRoom(int bytes) {
    return replies.take(bytes);
  }

  /**
   * Takes room for a reply, without waiting.
   *
   * @return false if there is none now
   */
  boolean tryTakeRoom(int bytes) {
    return replies.tryTake(bytes);
  }

  /** Gives back room that was taken for a reply that is not sent. */
  void giveRoomBack(int bytes) {
    replies.giveBack(bytes);
  }

  /** Appends a reply for which room was taken. */
  void reply(Bytes payload) {
    append(new Frame(payload, replies));
  }

  /**
   * Appends a push, without waiting.
   *
   * @return false if the client is too far behind; nothing was appended, so the link must be cut
   */
  boolean push(Bytes payload) {
    if (!pushes.tryTake(payload.length())) {
      return false;
    }
    append(new Frame(payload, pushes));
    return true;
  }

  private void append(Frame frame) {
    lock.lock();
    try {
      queue.addLast(frame);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is appended, until {@link #close}, and then what was still in the queue. */
  void run() throws IOException {
    List<Frame> batch = new ArrayList<>();
    while (takeBatch(batch)) {
      for (Frame frame : batch) {
        out.write(frame.payload());
        frame.budget().giveBack(frame.payload().length());
      }
      out.flush();
      batch.clear();
      endBatch();
    }
  }

  private boolean takeBatch(List<Frame> batch) {
    lock.lock();
    try {
      while (queue.isEmpty() && !closing) {
        changed.awaitUninterruptibly();
      }
      batchBytes = 0;
      while (!queue.isEmpty() && batchBytes < BATCH_BYTES) {
        Frame frame = queue.removeFirst();
        batchBytes += FrameReader.HEADER_BYTES + frame.payload().length();
        batch.add(frame);
      }
      batchStarted = nanoTime.getAsLong();
      return !batch.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void endBatch() {
    lock.lock();
    try {
      batchBytes = 0;
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether the client takes too long for what is being written to it. */
  boolean isStalled() {
    lock.lock();
    try {
      long allowed =
          stallNanosMax + Duration.ofSeconds(batchBytes / BYTES_PER_SECOND_MIN).toNanos();
      return batchBytes > 0 && nanoTime.getAsLong() - batchStarted > allowed;
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of the frames that are not written yet. */
  long queuedBytes() {
    return replies.held() + pushes.held();
  }

  /** Nothing more will be sent: whoever waits for room goes, {@link #run} ends with the queue. */
  void close() {
    replies.close();
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
