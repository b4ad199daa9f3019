package dev.objectdb.zeo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * The notation of the recorded traffic: plain JSON, lists as arrays, and {@code {"$bytes": hex}},
 * {@code {"$tuple": […]}}, {@code {"$map": [[key, value], …]}}, {@code {"$opaque": class}}.
 */
final class Wire {
  private Wire() {}

  /** Builds the value that the notation stands for. */
  static PickleValue value(JsonNode node) {
    if (node.has("$bytes")) {
      return PickleValue.of(Bytes.ofHex(node.get("$bytes").asText()));
    }
    if (node.has("$tuple")) {
      return PickleValue.tuple(values(node.get("$tuple")).toArray(PickleValue[]::new));
    }
    if (node.has("$map")) {
      List<PickleValue> items = new ArrayList<>();
      node.get("$map").forEach(pair -> items.addAll(values(pair)));
      return PickleValue.dict(items.toArray(PickleValue[]::new));
    }
    return switch (node.getNodeType()) {
      case ARRAY -> PickleValue.list(values(node));
      case STRING -> PickleValue.of(node.asText());
      case BOOLEAN -> PickleValue.of(node.asBoolean());
      case NULL -> PickleValue.None.NONE;
      case NUMBER ->
          node.isIntegralNumber()
              ? PickleValue.of(node.asLong())
              : new PickleValue.Real(node.asDouble());
      case OBJECT, BINARY, MISSING, POJO ->
          throw new IllegalArgumentException("no notation: " + node);
    };
  }

  private static List<PickleValue> values(JsonNode nodes) {
    List<PickleValue> values = new ArrayList<>();
    nodes.forEach(node -> values.add(value(node)));
    return values;
  }

  /** Compares a decoded value with the notation; what is opaque there may be any object here. */
  static boolean equal(PickleValue value, JsonNode node) {
    if (node.has("$opaque")) {
      return value instanceof PickleValue.ObjectValue || value instanceof PickleValue.Built;
    }
    return switch (value) {
      case PickleValue.Tuple tuple ->
          node.has("$tuple") && equal(tuple.items(), node.get("$tuple"));
      case PickleValue.ListValue list -> node.isArray() && equal(list.items(), node);
      case PickleValue.Dict dict -> node.has("$map") && equal(dict.pairs(), flat(node.get("$map")));
      default -> value.equals(value(node));
    };
  }

  private static boolean equal(List<PickleValue> values, Iterable<JsonNode> nodes) {
    int count = 0;
    for (JsonNode node : nodes) {
      if (count >= values.size() || !equal(values.get(count++), node)) {
        return false;
      }
    }
    return count == values.size();
  }

  private static List<JsonNode> flat(JsonNode pairs) {
    List<JsonNode> flat = new ArrayList<>();
    pairs.forEach(pair -> pair.forEach(flat::add));
    return flat;
  }
}
