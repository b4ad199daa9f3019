package dev.objectdb.storage.pg;

/** The tables as zodb-pgjsonb 1.19 leaves them, for tests that open a database of its making. */
final class PythonSchema {
  static final String FREE =
      """
      CREATE TABLE transaction_log (tid BIGINT PRIMARY KEY, username TEXT DEFAULT '',
        description TEXT DEFAULT '', extension BYTEA DEFAULT '');
      CREATE TABLE object_state (zoid BIGINT PRIMARY KEY,
        tid BIGINT NOT NULL REFERENCES transaction_log(tid), class_mod TEXT NOT NULL,
        class_name TEXT NOT NULL, state JSONB, state_size INTEGER NOT NULL,
        refs BIGINT[] NOT NULL DEFAULT '{}');
      CREATE TABLE blob_state (zoid BIGINT NOT NULL, tid BIGINT NOT NULL, blob_size BIGINT NOT NULL,
        data BYTEA, s3_key TEXT, PRIMARY KEY (zoid, tid));
      CREATE TABLE pgjsonb_schema_state (source text PRIMARY KEY, version text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now());
      CREATE INDEX idx_object_class ON object_state (class_mod, class_name);
      CREATE INDEX idx_object_refs ON object_state USING gin (refs);
      CREATE INDEX idx_object_state_tid_zoid ON object_state (tid, zoid);
      CREATE FUNCTION notify_commit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_notify('zodb_invalidations', NEW.tid::text); RETURN NEW; END $$;
      CREATE TRIGGER trg_notify_commit AFTER INSERT ON transaction_log
        FOR EACH ROW EXECUTE FUNCTION notify_commit();
      CREATE SEQUENCE zoid_seq START WITH 1;
      """;

  static final String HISTORY =
      """
      CREATE TABLE object_history (zoid BIGINT NOT NULL, tid BIGINT NOT NULL,
        class_mod TEXT NOT NULL, class_name TEXT NOT NULL, state JSONB,
        state_size INTEGER NOT NULL, refs BIGINT[] NOT NULL DEFAULT '{}', PRIMARY KEY (zoid, tid));
      CREATE INDEX idx_history_tid ON object_history (tid);
      CREATE INDEX idx_history_zoid_tid ON object_history (zoid, tid DESC);
      CREATE TABLE pack_state (zoid BIGINT PRIMARY KEY, tid BIGINT NOT NULL);
      """;

  private PythonSchema() {}
}
