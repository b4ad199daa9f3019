package dev.objectdb.codec.json;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON document as a tree. Ints stay ints, however long; an object keeps its keys in order. */
sealed interface Json {
  enum Null implements Json {
    NULL
  }

  record Bool(boolean value) implements Json {}

  /** A number without fraction and exponent, of at most 64 bits. */
  record Int(long value) implements Json {}

  /** A longer one. */
  record BigInt(BigInteger value) implements Json {}

  /** A number with fraction or exponent. */
  record Real(double value) implements Json {}

  record Text(String value) implements Json {}

  /** What holds other values. */
  sealed interface Container extends Json {}

  record Array(List<Json> items) implements Container {
    int size() {
      return items.size();
    }

    Json get(int index) {
      return items.get(index);
    }

    /** Whether it holds that many strings and nothing else. */
    boolean isTexts(int count) {
      return items.size() == count && items.stream().allMatch(Text.class::isInstance);
    }

    String text(int index) {
      return ((Text) items.get(index)).value();
    }
  }

  /** Of a key that occurs twice the last value counts, in the place of the first. */
  record Members(Map<String, Json> map) implements Container {
    int size() {
      return map.size();
    }

    @Nullable Json get(String key) {
      return map.get(key);
    }
  }
}
