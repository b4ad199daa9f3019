package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.object.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends answers of one link, and turns what went wrong into one. */
final class Replier {
  private static final Logger LOG = LoggerFactory.getLogger(Replier.class);

  private final MessageCodec codec;
  private final Outbound outbound;
  private final Failures failures;

  Replier(MessageCodec codec, Outbound outbound, Tally tally) {
    this.codec = codec;
    this.outbound = outbound;
    this.failures = new Failures(tally);
  }

  /** Queues the answer if one is wanted; waits while the client is slow to take earlier ones. */
  void answer(Message message, Reply reply) {
    if (message.oneWay()) {
      return;
    }
    Bytes frame = encode(message, reply);
    if (outbound.takeRoom(frame.length())) {
      outbound.reply(frame);
    }
  }

  private Bytes encode(Message message, Reply reply) {
    try {
      return codec.reply(message.msgid(), reply);
    } catch (CodecException e) {
      LOG.atError().addKeyValue("method", message.name()).setCause(e).log("reply has no wire form");
      return codec.reply(message.msgid(), WireErrors.internal());
    }
  }

  /** Returns what the client is told of an exception, and logs what it is not told. */
  Reply.Failure failure(Message message, Throwable exception) {
    return failures.of(message.name(), exception);
  }
}
