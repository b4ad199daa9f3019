package dev.objectdb.e2e;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a fresh client finds in the database.
 *
 * @param keys of the entries
 * @param count value of the counter that is changed together with each entry
 */
record Entries(Set<String> keys, int count) {

  /** Reads the output of {@code client.py ADDRESS list}. */
  static Entries parse(String output) {
    List<String[]> lines = output.lines().map(line -> line.split(" ")).toList();
    Set<String> keys =
        lines.stream()
            .filter(words -> words[0].equals("entry"))
            .map(words -> words[1])
            .collect(Collectors.toUnmodifiableSet());
    int count =
        lines.stream()
            .filter(words -> words[0].equals("count"))
            .mapToInt(words -> Integer.parseInt(words[1]))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no count in: " + output));
    return new Entries(keys, count);
  }
}
