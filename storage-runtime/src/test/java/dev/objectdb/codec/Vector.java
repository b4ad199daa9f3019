package dev.objectdb.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.objectdb.object.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** One line of {@code codec-vectors.jsonl}: what the reference codec 1.7.0 makes of an input. */
record Vector(JsonNode node) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static final List<Vector> ALL = read();

  private static List<Vector> read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(Vector.class.getResourceAsStream("/codec-vectors.jsonl")),
                StandardCharsets.UTF_8))) {
      return lines.lines().map(Vector::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Vector parse(String line) {
    try {
      return new Vector(MAPPER.readTree(line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Vector> ofKind(String kind) {
    return ALL.stream().filter(vector -> vector.text("kind").equals(kind)).toList();
  }

  String text(String field) {
    return node.path(field).asText("");
  }

  Optional<String> given(String field) {
    return node.hasNonNull(field) ? Optional.of(node.get(field).asText()) : Optional.empty();
  }

  Optional<Bytes> hex(String field) {
    return given(field).map(Bytes::ofHex);
  }

  List<Long> longs(String field) {
    return StreamSupport.stream(node.path(field).spliterator(), false)
        .map(JsonNode::asLong)
        .toList();
  }

  boolean isError() {
    return node.has("error");
  }

  /** Whether the reference codec gives an equal object back, also after JSONB. */
  boolean isLossless() {
    return text("roundtrip_semantics").equals("equal")
        && text("pg_roundtrip_semantics").startsWith("equal");
  }

  @Override
  public String toString() {
    return text("name");
  }
}
