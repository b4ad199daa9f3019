package dev.objectdb.zeo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.object.Bytes;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The status of a server in the words of ZEO's own tools: {@code zeo-nagios} reads it as JSON after
 * {@code ruok}, clients as a dict from {@code server_status()}. Source: {@code
 * ZEOStorage.server_status} in ZEO {@code StorageServer.py}, key by key: who asks by {@code ruok}
 * is no connection, and what ZEO does not tell is among the metrics instead.
 */
final class StatusReport {
  private static final DateTimeFormatter CTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ZeoCounters counters;

  StatusReport(ZeoCounters counters) {
    this.counters = counters;
  }

  /** One line of ASCII: {@code {"1": {…}}}, by the name of the storage. */
  Bytes toJson() {
    try {
      return Bytes.wrap(JSON.writeValueAsBytes(Map.of(ZeoServer.STORAGE_NAME, values())));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of numbers has a JSON form", e);
    }
  }

  PickleValue toPickle() {
    List<PickleValue> items = new ArrayList<>();
    values()
        .forEach(
            (name, value) -> {
              items.add(PickleValue.of(name));
              items.add(pickled(value));
            });
    return PickleValue.dict(items.toArray(PickleValue[]::new));
  }

  private static PickleValue pickled(@Nullable Object value) {
    return switch (value) {
      case null -> PickleValue.None.NONE;
      case Long number -> PickleValue.of(number);
      case Boolean flag -> PickleValue.of(flag);
      case Object other -> PickleValue.of(other.toString());
    };
  }

  private Map<String, @Nullable Object> values() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("connections", counters.clients());
    values.put("loads", counters.loads());
    values.put("stores", counters.stores());
    values.put("commits", counters.commits());
    values.put("aborts", counters.aborts());
    values.put("active_txns", counters.activeTransactions());
    values.put("lock_time", null); // a vote holds single objects, never the whole storage
    values.put("conflicts", counters.conflicts());
    values.put("conflicts_resolved", counters.conflictsResolved());
    values.put("start", CTIME.format(counters.started().atZone(ZoneId.systemDefault())));
    values.put("waiting", counters.votesWaiting());
    values.put("timeout-thread-is-alive", true);
    values.put("last-transaction", counters.lastTransaction().toBytes().toHex());
    return values;
  }
}
