-- What a history-preserving database has on top, again exactly as zodb-pgjsonb 1.19 makes it.
-- object_history keeps the revisions that were replaced. A row whose state is SQL NULL says that
-- the object ceased to exist at that tid.

CREATE TABLE IF NOT EXISTS object_history (
  zoid bigint NOT NULL,
  tid bigint NOT NULL,
  class_mod text NOT NULL,
  class_name text NOT NULL,
  state jsonb,
  state_size integer NOT NULL,
  refs bigint[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (zoid, tid)
);

CREATE INDEX IF NOT EXISTS idx_history_tid ON object_history (tid);
CREATE INDEX IF NOT EXISTS idx_history_zoid_tid ON object_history (zoid, tid DESC);

CREATE TABLE IF NOT EXISTS pack_state (
  zoid bigint PRIMARY KEY,
  tid bigint NOT NULL
);
