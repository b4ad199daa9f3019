-- The tables, indexes and the trigger that both programs use, exactly as zodb-pgjsonb 1.19 makes
-- them. In a database of its making everything is there already, and nothing here changes it.

CREATE TABLE IF NOT EXISTS transaction_log (
  tid bigint PRIMARY KEY,
  username text DEFAULT '',
  description text DEFAULT '',
  -- UTF-8 JSON of a mapping; rows of its first versions hold a pickle
  extension bytea DEFAULT ''
);

CREATE TABLE IF NOT EXISTS object_state (
  zoid bigint PRIMARY KEY,
  tid bigint NOT NULL REFERENCES transaction_log (tid),
  class_mod text NOT NULL,
  class_name text NOT NULL,
  state jsonb,
  -- length of the record as it was stored, not of the JSON
  state_size integer NOT NULL,
  refs bigint[] NOT NULL DEFAULT '{}'
);

CREATE TABLE IF NOT EXISTS blob_state (
  zoid bigint NOT NULL,
  tid bigint NOT NULL,
  blob_size bigint NOT NULL,
  data bytea,
  s3_key text,
  PRIMARY KEY (zoid, tid)
);

CREATE TABLE IF NOT EXISTS pgjsonb_schema_state (
  source text PRIMARY KEY,
  version text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS idx_object_class ON object_state (class_mod, class_name);
CREATE INDEX IF NOT EXISTS idx_object_refs ON object_state USING gin (refs);
CREATE INDEX IF NOT EXISTS idx_object_state_tid_zoid ON object_state (tid, zoid);

CREATE SEQUENCE IF NOT EXISTS zoid_seq;

DO $do$
BEGIN
  IF to_regprocedure('notify_commit()') IS NULL THEN
    CREATE FUNCTION notify_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('zodb_invalidations', NEW.tid::text);
      RETURN NEW;
    END
    $$;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_trigger
                 WHERE tgrelid = 'transaction_log'::regclass AND tgname = 'trg_notify_commit') THEN
    CREATE TRIGGER trg_notify_commit AFTER INSERT ON transaction_log
      FOR EACH ROW EXECUTE FUNCTION notify_commit();
  END IF;
END
$do$;
