package dev.objectdb.zeo;

import java.time.Duration;

/**
 * The budget of one link. Whatever a client can make the server hold is counted against one of
 * these.
 *
 * @param readsMax reads served at the same time; further frames stay in the socket
 * @param writeBytesMax stores that wait behind others of the same transaction; one larger store is
 *     taken when nothing waits
 * @param replyBytesMax replies that wait for the client to take them; reads wait when it is used up
 * @param pushBytesMax invalidations that wait for the client to take them; beyond it the link is
 *     cut, since these cannot wait
 * @param stallMax time a client may take for one batch of frames, plus one second for each 64 KiB
 *     of it; beyond it the link is cut
 * @param cursorsMax open iterators over transactions, each of which may hold a snapshot of the
 *     database; opening one more closes the one that rested longest
 * @param cursorIdleMax time an iterator may rest before it is closed
 * @param handshakeMax time from the connect to a greeting and a successful register
 */
public record LinkLimits(
    int readsMax,
    int writeBytesMax,
    int replyBytesMax,
    int pushBytesMax,
    Duration stallMax,
    int cursorsMax,
    Duration cursorIdleMax,
    Duration handshakeMax) {

  private static final int MIB = 1 << 20;

  /** 16 MiB of invalidations are about a million objects: far more than a live client lags. */
  public static final LinkLimits DEFAULT =
      new LinkLimits(
          32,
          32 * MIB,
          32 * MIB,
          16 * MIB,
          Duration.ofSeconds(30),
          4,
          Duration.ofMinutes(5),
          Duration.ofSeconds(60));

  public LinkLimits {
    if (readsMax <= 0
        || writeBytesMax <= 0
        || replyBytesMax <= 0
        || pushBytesMax <= 0
        || cursorsMax <= 0) {
      throw new IllegalArgumentException("limits of a link must be positive");
    }
    if (!stallMax.isPositive() || !cursorIdleMax.isPositive() || !handshakeMax.isPositive()) {
      throw new IllegalArgumentException("times of a link must be positive");
    }
  }
}
