package dev.objectdb.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code GET /admin/status}: the contract with the operator. Fields are only ever
 * added; {@code admin-status.json} in the tests of both sides holds it.
 *
 * @param version of this program
 * @param state what the server is doing
 * @param ready whether clients should come, the same as {@code /readyz}
 * @param message why it is not ready, or "serving"
 * @param readOnly whether every write is refused
 * @param database null until it was opened
 */
@JsonPropertyOrder({"version", "state", "ready", "message", "readOnly", "connections", "database"})
@JsonInclude(JsonInclude.Include.NON_NULL)
record ServerStatus(
    String version,
    State state,
    boolean ready,
    String message,
    boolean readOnly,
    long connections,
    @Nullable Database database) {

  /** The life of a server, in its order. */
  enum State {
    /** Waiting for PostgreSQL, or making the schema. */
    @JsonProperty("Starting")
    STARTING,
    /** Clients are served, or would be if PostgreSQL answered. */
    @JsonProperty("Serving")
    SERVING,
    /** No new clients; transactions that have voted may finish. */
    @JsonProperty("Draining")
    DRAINING
  }

  /**
   * What is known of the database.
   *
   * @param historyMode in force: Free or Preserving
   * @param lastTid last commit known here, as 0x and 16 hex digits
   * @param lastCommit the time that tid stands for, RFC 3339; null before the first commit
   * @param objects current objects, estimated some seconds ago
   * @param bytes size on disk, the same
   */
  @JsonPropertyOrder({"historyMode", "lastTid", "lastCommit", "objects", "bytes"})
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Database(
      String historyMode, String lastTid, @Nullable String lastCommit, long objects, long bytes) {}
}
