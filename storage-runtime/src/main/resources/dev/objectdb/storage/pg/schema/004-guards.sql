-- What keeps every writer harmless, ours, Python's and people's. The functions name the schema,
-- because a restore runs with an empty search path.
--
-- Settings that sessions may use:
--   objectdb.import   = on       tids may come in any order: a parallel copy into this database
--   objectdb.archived = <epoch>  this transaction keeps replaced revisions itself
--   objectdb.delete   = on       rows of object_state may be deleted outside a commit: a pack
--   objectdb.commit   = on       set by the guard for the rest of a transaction that commits

CREATE OR REPLACE FUNCTION ${schema}.objectdb_tid(at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ((((((extract(year FROM u)::bigint - 1900) * 12 + extract(month FROM u)::bigint - 1) * 31
             + extract(day FROM u)::bigint - 1) * 24 + extract(hour FROM u)::bigint) * 60
             + extract(minute FROM u)::bigint) << 32)
         | ((extract(microseconds FROM u)::bigint << 32) / 60000000)
  FROM (SELECT at AT TIME ZONE 'UTC' AS u) AS utc
$$;

-- Tids rise in the order in which transactions become visible. The lock is what makes the check
-- below see every earlier commit, and it is free for whoever holds it already.
CREATE OR REPLACE FUNCTION ${schema}.objectdb_guard_log() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  lowest bigint;
  highest bigint;
  added bigint;
  present bigint;
  greatest_before bigint;
BEGIN
  PERFORM set_config('objectdb.commit', 'on', true);
  IF current_setting('objectdb.import', true) = 'on' THEN
    RETURN NULL;
  END IF;
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'objectdb: commits must run at READ COMMITTED'
      USING ERRCODE = 'check_violation',
            DETAIL = 'An older snapshot cannot see the greatest tid.';
  END IF;
  PERFORM pg_advisory_xact_lock(0);
  SELECT min(tid), max(tid), count(*) INTO lowest, highest, added FROM added_rows;
  IF added = 0 THEN
    RETURN NULL;
  END IF;
  SELECT count(*) INTO present
    FROM (SELECT FROM ${schema}.transaction_log WHERE tid >= lowest LIMIT added + 1) AS newer;
  IF present <> added THEN
    RAISE EXCEPTION 'objectdb: tid % is not above the greatest one', lowest
      USING ERRCODE = 'check_violation',
            HINT = 'Compare this machine''s clock with the database''s. To copy transactions in'
                   ' any order, connect with options=''-c objectdb.import=on''.';
  END IF;
  SELECT max(tid) INTO greatest_before FROM ${schema}.transaction_log WHERE tid < lowest;
  -- The distance lets work go on after the clock was set back, or tids were imported.
  IF highest - 65536 > coalesce(greatest_before, 0)
     AND highest > ${schema}.objectdb_tid(clock_timestamp() + interval '1 second') THEN
    RAISE EXCEPTION 'objectdb: tid % is ahead of the database''s clock', highest
      USING ERRCODE = 'check_violation',
            HINT = 'Compare this machine''s clock with the database''s.';
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER objectdb_guard AFTER INSERT ON transaction_log
  REFERENCING NEW TABLE AS added_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.objectdb_guard_log();

-- The greatest row stays, or a tid could be used twice and clients be ahead of the database.
-- Silently, because Python's pack tries to remove it.
CREATE OR REPLACE FUNCTION ${schema}.objectdb_keep_greatest() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.tid = (SELECT max(tid) FROM ${schema}.transaction_log) THEN
    RETURN NULL;
  END IF;
  RETURN OLD;
END
$$;

CREATE OR REPLACE TRIGGER objectdb_keep_greatest BEFORE DELETE ON transaction_log
  FOR EACH ROW EXECUTE FUNCTION ${schema}.objectdb_keep_greatest();

-- No revision is replaced without a trace: it goes to the history, or for a while to the window.
CREATE OR REPLACE FUNCTION ${schema}.objectdb_archive() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  state_now record;
  until_tid bigint;
BEGIN
  IF TG_OP = 'DELETE'
     AND coalesce(current_setting('objectdb.commit', true), '') <> 'on'
     AND coalesce(current_setting('objectdb.delete', true), '') <> 'on' THEN
    RAISE EXCEPTION 'objectdb: objects are deleted by a commit or by objectdb pack only'
      USING ERRCODE = 'check_violation',
            HINT = 'Another pack may remove what was committed while it ran. To allow it'
                   ' nevertheless, connect with options=''-c objectdb.delete=on''.';
  END IF;
  SELECT epoch, history_mode INTO STRICT state_now FROM ${schema}.objectdb_state;
  IF coalesce(current_setting('objectdb.archived', true), '') = state_now.epoch::text THEN
    IF TG_OP = 'DELETE' THEN
      RETURN OLD;
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    SELECT max(tid) INTO until_tid FROM ${schema}.transaction_log;
  ELSE
    until_tid := NEW.tid;
  END IF;
  IF state_now.history_mode = 'PRESERVING' THEN
    INSERT INTO ${schema}.object_history
        (zoid, tid, class_mod, class_name, state, state_size, refs)
      VALUES (OLD.zoid, OLD.tid, OLD.class_mod, OLD.class_name, OLD.state, OLD.state_size, OLD.refs)
      ON CONFLICT (zoid, tid) DO NOTHING;
  ELSIF until_tid > OLD.tid THEN
    INSERT INTO ${schema}.object_window
        (zoid, tid, next_tid, class_mod, class_name, state, state_size, refs)
      VALUES (OLD.zoid, OLD.tid, until_tid, OLD.class_mod, OLD.class_name, OLD.state,
              OLD.state_size, OLD.refs)
      ON CONFLICT (zoid, tid) DO NOTHING;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    RETURN NEW;
  END IF;
  -- In a commit the object ceases to exist here; a pack removes what nobody can reach any more.
  IF current_setting('objectdb.commit', true) = 'on' THEN
    IF state_now.history_mode = 'PRESERVING' THEN
      INSERT INTO ${schema}.object_history
          (zoid, tid, class_mod, class_name, state, state_size, refs)
        VALUES (OLD.zoid, until_tid, '', '', NULL, 0, '{}')
        ON CONFLICT (zoid, tid) DO NOTHING;
    ELSE
      INSERT INTO ${schema}.object_deletion (tid, zoid) VALUES (until_tid, OLD.zoid)
        ON CONFLICT (tid, zoid) DO NOTHING;
    END IF;
  END IF;
  RETURN OLD;
END
$$;

CREATE OR REPLACE TRIGGER objectdb_archive_update BEFORE UPDATE ON object_state
  FOR EACH ROW WHEN (OLD.tid IS DISTINCT FROM NEW.tid)
  EXECUTE FUNCTION ${schema}.objectdb_archive();
CREATE OR REPLACE TRIGGER objectdb_archive_delete BEFORE DELETE ON object_state
  FOR EACH ROW EXECUTE FUNCTION ${schema}.objectdb_archive();
