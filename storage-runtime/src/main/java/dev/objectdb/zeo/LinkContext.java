package dev.objectdb.zeo;

import dev.objectdb.object.Allowance;
import dev.objectdb.storage.Storage;
import java.util.function.LongSupplier;

/**
 * What all links of a server share.
 *
 * @param longFrames room for long frames, see {@link FrameReader}: as much as the longest may take
 * @param pool what their queues may hold together
 * @param nanoTime a clock for durations
 */
record LinkContext(
    ZeoConfig config,
    Storage storage,
    MessageCodec codec,
    PushFrames frames,
    Extensions extensions,
    RequestReader requests,
    Tally tally,
    ServerInfo info,
    ByteBudget longFrames,
    Allowance pool,
    LongSupplier nanoTime) {

  static LinkContext of(
      ZeoConfig config, Storage storage, ServerInfo info, Tally tally, LongSupplier nanoTime) {
    MessageCodec codec = new MessageCodec(config.limits());
    Extensions extensions = new Extensions(config.limits());
    return new LinkContext(
        config,
        storage,
        codec,
        new PushFrames(codec),
        extensions,
        new RequestReader(extensions),
        tally,
        info,
        new ByteBudget(config.limits().frameBytesMax()),
        new Allowance(config.queueBytesMax()),
        nanoTime);
  }
}
