package dev.objectdb.storage.pg;

import dev.objectdb.codec.ExtensionCodec;
import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.object.Bytes;
import dev.objectdb.storage.TransactionMeta;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A transaction's line in the log, as the shared columns hold it, and what they cannot hold.
 *
 * <pre>
 *   transaction_log      username TEXT, description TEXT, extension BYTEA (a JSON object, or '')
 *   transaction_record   the same three as bytes; each NULL where the column gives it back
 * </pre>
 *
 * <p>What TEXT cannot hold (NUL, bytes that are not UTF-8) is shown there as U+FFFD; an extension
 * that JSON cannot hold is shown as empty.
 *
 * @param rawUser the user's bytes, or null where the text gives them back
 * @param rawDescription the description's bytes, or null where the text gives them back
 * @param rawExtension the extension's pickle, or null where the JSON gives the mapping back
 */
record LogEntry(
    String username,
    String description,
    Bytes extension,
    @Nullable Bytes rawUser,
    @Nullable Bytes rawDescription,
    @Nullable Bytes rawExtension) {
  private static final String REPLACEMENT = "\uFFFD";

  static LogEntry of(TransactionMeta meta, ExtensionCodec codec) {
    Optional<String> user = text(meta.user());
    Optional<String> description = text(meta.description());
    Optional<String> extension =
        meta.extension().isEmpty() ? Optional.of("") : json(meta.extension(), codec);
    return new LogEntry(
        user.orElseGet(() -> shown(meta.user())),
        description.orElseGet(() -> shown(meta.description())),
        Bytes.ofUtf8(extension.orElse("")),
        user.isPresent() ? null : meta.user(),
        description.isPresent() ? null : meta.description(),
        extension.isPresent() ? null : meta.extension());
  }

  /** Tells whether the log's own columns give everything back. */
  boolean isExact() {
    return rawUser == null && rawDescription == null && rawExtension == null;
  }

  private static Optional<String> json(Bytes extension, ExtensionCodec codec) {
    try {
      return codec.toJson(extension);
    } catch (CodecException e) {
      return Optional.empty(); // no pickle, so nobody can read it, but it comes back as it came
    }
  }

  /** Returns the text that a TEXT column gives back byte for byte, or empty if there is none. */
  private static Optional<String> text(Bytes bytes) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.array())).toString();
      return text.indexOf('\0') < 0 ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String shown(Bytes bytes) {
    return bytes.toUtf8().replace("\0", REPLACEMENT);
  }
}
