package dev.objectdb.zeo;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;

/**
 * Messages of the encoding "Z": a frame's payload is the pickle of {@code (msgid, flag, name,
 * args)}.
 *
 * <pre>
 *   call that wants a reply   (msgid, False, name, args tuple)      msgid: int, or (oid, tid)
 *   one-way call              (0, True, name, args tuple)           both directions
 *   reply                     (msgid, 0, ".reply", result)          msgid in the shape it came in
 *   error                     (msgid, 2, ".reply", (class name, state))
 *   heartbeat                 (-1, 0, ".reply", None)               from the client only
 * </pre>
 *
 * <p>What is written is protocol 3 without a memo, the only form that every client reads. Source:
 * ZEO {@code asyncio/marshal.py}.
 */
final class MessageCodec {
  private static final PickleValue PUSH_ID = PickleValue.of(0);
  private static final PickleValue PLAIN = PickleValue.of(0);
  private static final PickleValue ERROR = PickleValue.of(2);
  private static final PickleValue REPLY = PickleValue.of(Message.REPLY);

  private final Limits limits;

  MessageCodec(Limits limits) {
    this.limits = limits;
  }

  /**
   * Decodes a payload.
   *
   * @throws ProtocolException if it is no message
   */
  Message decode(byte[] payload) {
    PickleValue value;
    try {
      PickleReader reader = new PickleReader(Bytes.wrap(payload), limits);
      value = reader.read();
      if (reader.position() != payload.length) {
        throw new ProtocolException("frame goes on after its pickle");
      }
    } catch (CodecException e) {
      throw new ProtocolException("frame is no pickle", e);
    }
    if (!(value instanceof PickleValue.Tuple message) || message.size() != 4) {
      throw new ProtocolException("frame is no message of four");
    }
    if (!(message.get(2) instanceof PickleValue.Text name)) {
      throw new ProtocolException("the name of a message is no text");
    }
    return new Message(
        message.get(0), isTrue(message.get(1)), name.toString(), message.get(3), payload.length);
  }

  private static boolean isTrue(PickleValue flag) {
    return switch (flag) {
      case PickleValue.Bool bool -> bool.value();
      case PickleValue.Int(long value) -> value != 0;
      default -> throw new ProtocolException("the flag of a message is no boolean");
    };
  }

  /** Encodes the answer to the call with this id. */
  Bytes reply(PickleValue msgid, Reply reply) {
    return switch (reply) {
      case Reply.Result(PickleValue value) -> encode(PickleValue.tuple(msgid, PLAIN, REPLY, value));
      case Reply.Failure(String className, PickleValue state) ->
          encode(
              PickleValue.tuple(
                  msgid, ERROR, REPLY, PickleValue.tuple(PickleValue.of(className), state)));
    };
  }

  /** Encodes a one-way call to the client. */
  Bytes push(String method, PickleValue... args) {
    return encode(
        PickleValue.tuple(
            PUSH_ID, PickleValue.of(true), PickleValue.of(method), PickleValue.tuple(args)));
  }

  private static Bytes encode(PickleValue message) {
    return PickleWriter.write(message);
  }
}
