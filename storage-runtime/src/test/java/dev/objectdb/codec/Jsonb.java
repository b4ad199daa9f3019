package dev.objectdb.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * What PostgreSQL's JSONB gives back of a document: keys ordered by length and then bytes, of a
 * repeated key the last, numbers as numerics. Source: {@code jsonb.c}, {@code jsonb_util.c}.
 */
final class Jsonb {
  private static final Comparator<byte[]> KEY_ORDER =
      Comparator.<byte[]>comparingInt(key -> key.length).thenComparing(Arrays::compareUnsigned);

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(10_000)
                .maxNumberLength(1_000_000)
                .maxStringLength(Integer.MAX_VALUE)
                .build());
  }

  private final StringBuilder out = new StringBuilder();

  private Jsonb() {}

  /** Returns the text that {@code json::jsonb::text} gives. */
  static String text(String json) {
    try {
      Jsonb jsonb = new Jsonb();
      jsonb.write(MAPPER.readTree(json));
      return jsonb.out.toString();
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON", e);
    }
  }

  private void write(JsonNode node) {
    switch (node.getNodeType()) {
      case OBJECT -> object(node);
      case ARRAY -> {
        out.append('[');
        for (int i = 0; i < node.size(); i++) {
          out.append(i == 0 ? "" : ", ");
          write(node.get(i));
        }
        out.append(']');
      }
      case STRING -> string(node.textValue());
      case NUMBER -> out.append(numeric(node.decimalValue()));
      default -> out.append(node.asText());
    }
  }

  private void object(JsonNode node) {
    Map<byte[], JsonNode> sorted = new TreeMap<>(KEY_ORDER);
    node.properties()
        .forEach(
            pair -> sorted.put(pair.getKey().getBytes(StandardCharsets.UTF_8), pair.getValue()));
    out.append('{');
    boolean first = true;
    for (Map.Entry<byte[], JsonNode> pair : sorted.entrySet()) {
      out.append(first ? "" : ", ");
      first = false;
      string(new String(pair.getKey(), StandardCharsets.UTF_8));
      out.append(": ");
      write(pair.getValue());
    }
    out.append('}');
  }

  private static String numeric(BigDecimal number) {
    return (number.scale() < 0 ? number.setScale(0) : number).toPlainString();
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c == 0) {
            throw new AssertionError("PostgreSQL refuses U+0000");
          }
          out.append(c < ' ' ? "\\u%04x".formatted((int) c) : Character.toString(c));
        }
      }
    }
    out.append('"');
  }
}
