package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Oid;
import dev.objectdb.object.Tid;
import dev.objectdb.storage.StorageStats;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the client, encoded. Every link pushes the same invalidation, one after the other, so
 * the last one is kept and encoded once.
 */
final class PushFrames {
  private final MessageCodec codec;
  private final AtomicReference<@Nullable Invalidation> last = new AtomicReference<>();

  private record Invalidation(Tid upTo, Set<Oid> oids, Bytes frame) {}

  PushFrames(MessageCodec codec) {
    this.codec = codec;
  }

  /** {@code invalidateTransaction(tid, [oid, …])}. */
  @SuppressWarnings("ReferenceEquality") // the feed hands the same set to every listener
  Bytes invalidation(Tid upTo, Set<Oid> oids) {
    Invalidation known = last.get();
    if (known != null && known.upTo().equals(upTo) && known.oids() == oids) {
      return known.frame();
    }
    Bytes frame = codec.push("invalidateTransaction", Reply.value(upTo), Reply.value(oids));
    last.set(new Invalidation(upTo, oids, frame));
    return frame;
  }

  /** {@code info({length, size})}. */
  Bytes info(StorageStats stats) {
    return codec.push(
        "info",
        PickleValue.dict(
            PickleValue.of("length"),
            PickleValue.of(stats.objects()),
            PickleValue.of("size"),
            PickleValue.of(stats.bytes())));
  }
}
