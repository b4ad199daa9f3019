package dev.objectdb.codec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.TSFBuilder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.object.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;

/** Parses JSON to a tree, without recursion. */
final class JsonTreeReader {
  /** Python's parser gives up before this depth, so no reader ever had a deeper document. */
  private static final int DEPTH_MAX = 2_000;

  private static final JsonFactory STRICT = factory().build();

  /** Takes what Python's json module writes for floats that JSON has no form for. */
  private static final JsonFactory PYTHON =
      factory().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private JsonTreeReader() {}

  private static TSFBuilder<?, ?> factory() {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH_MAX)
                .maxNumberLength(Integer.MAX_VALUE)
                .maxStringLength(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .build())
        // Keys are compared with few others; a table of all names in the process would cost more.
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES);
  }

  /**
   * Parses one document.
   *
   * @throws CodecException if it is none
   */
  static Json read(Bytes utf8) {
    return read(utf8, STRICT);
  }

  /** Parses one document, which may hold {@code NaN} and {@code Infinity}. */
  static Json readPython(Bytes utf8) {
    return read(utf8, PYTHON);
  }

  private static Json read(Bytes utf8, JsonFactory factory) {
    try (JsonParser parser = factory.createParser(utf8.array(), 0, utf8.length())) {
      try {
        Json document = read(parser);
        if (parser.nextToken() != null) {
          throw error(parser);
        }
        return document;
      } catch (JsonProcessingException e) {
        throw error(parser);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // reading from an array: never
    }
  }

  private static CodecException error(JsonParser parser) {
    long offset = parser.currentLocation().getByteOffset(); // -1 in what only looks like UTF-16
    return new CodecException("not a JSON document", (int) Math.max(0, offset));
  }

  /** An object or array that is not at its end yet; the key that waits for its value. */
  private static final class Open {
    final Json.Container container;
    String key = "";

    Open(Json.Container container) {
      this.container = container;
    }

    void add(Json value) {
      switch (container) {
        case Json.Array array -> array.items().add(value);
        case Json.Members members -> members.map().put(key, value);
      }
    }
  }

  private static Json read(JsonParser parser) throws IOException {
    Deque<Open> path = new ArrayDeque<>();
    while (true) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw error(parser);
      }
      switch (token) {
        case FIELD_NAME -> path.element().key = parser.currentName();
        case START_OBJECT -> path.push(new Open(new Json.Members(new LinkedHashMap<>())));
        case START_ARRAY -> path.push(new Open(new Json.Array(new ArrayList<>())));
        default -> {
          boolean ends = token.isStructEnd();
          Json value = ends ? path.pop().container : scalar(parser, token);
          if (path.isEmpty()) {
            return value;
          }
          path.element().add(value);
        }
      }
    }
  }

  private static Json scalar(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_NULL -> Json.Null.NULL;
      case VALUE_TRUE -> new Json.Bool(true);
      case VALUE_FALSE -> new Json.Bool(false);
      case VALUE_STRING -> new Json.Text(parser.getText());
      case VALUE_NUMBER_FLOAT -> new Json.Real(parser.getDoubleValue());
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? new Json.BigInt(parser.getBigIntegerValue())
              : new Json.Int(parser.getLongValue());
      default -> throw error(parser);
    };
  }
}
