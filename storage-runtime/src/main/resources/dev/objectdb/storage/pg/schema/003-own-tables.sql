-- Tables of our own, beside the shared ones, which stay as they are.

-- The record as it was stored, for revisions that their JSON does not give back exactly. A row never
-- changes; it belongs to the revision (zoid, tid), wherever that is kept.
CREATE TABLE object_record (
  zoid bigint NOT NULL,
  tid bigint NOT NULL,
  record bytea NOT NULL,
  PRIMARY KEY (zoid, tid)
);

-- Replaced revisions of a history-free database, for readers of a snapshot that is a little older.
-- A row says: from tid until next_tid the object looked like this. So a missing row never makes
-- another one wrong, and the table can do without the write-ahead log.
CREATE UNLOGGED TABLE object_window (
  zoid bigint NOT NULL,
  tid bigint NOT NULL,
  next_tid bigint NOT NULL CHECK (next_tid > tid),
  class_mod text NOT NULL,
  class_name text NOT NULL,
  state jsonb,
  state_size integer NOT NULL,
  refs bigint[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (zoid, tid)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.5,
        autovacuum_analyze_scale_factor = 0.5);
CREATE INDEX idx_window_next_tid ON object_window (next_tid);

-- Objects that ceased to exist in a history-free database, so that caches are told.
CREATE TABLE object_deletion (
  tid bigint NOT NULL,
  zoid bigint NOT NULL,
  PRIMARY KEY (tid, zoid)
);

-- What a client said about its transaction, where the columns of transaction_log cannot give it
-- back byte for byte. NULL where they can.
CREATE TABLE transaction_record (
  tid bigint PRIMARY KEY,
  username bytea,
  description bytea,
  extension bytea
);

CREATE TABLE objectdb_state (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  schema_version integer NOT NULL,
  history_mode text NOT NULL CHECK (history_mode IN ('FREE', 'PRESERVING')),
  -- rises with every change of the mode: sessions that planned for another one archive nothing
  epoch bigint NOT NULL DEFAULT 1,
  -- of the server that wrote last; another one may have lost commits that clients know of
  system_identifier bigint,
  timeline integer,
  -- every deletion above this tid is on record
  deletion_floor bigint NOT NULL
);

DO $do$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT a.attrelid::regclass AS relation, a.attname AS name
    FROM (VALUES ('object_state', 'state'), ('object_history', 'state'), ('blob_state', 'data'),
                 ('object_record', 'record'), ('object_window', 'state')) AS v (relation, name)
    JOIN pg_attribute a ON a.attrelid = to_regclass(v.relation) AND a.attname = v.name
    WHERE a.attcompression <> 'l'
  LOOP
    BEGIN
      EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION lz4',
                     wanted.relation, wanted.name);
    EXCEPTION
      -- A server built without it, or a reader in the way: slower, not wrong.
      WHEN feature_not_supported OR lock_not_available THEN NULL;
    END;
  END LOOP;
END
$do$;
