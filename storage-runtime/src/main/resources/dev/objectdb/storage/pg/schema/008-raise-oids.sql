-- Makes the sequence hand out oids above this one only, and never lowers it: the ALTER, which changes
-- nothing, keeps everybody else from drawing until the transaction ends, so the value read after it
-- is the last one. Then setval, not RESTART: that would put another file in the sequence's place,
-- and whoever reads the sequence at that moment would find the former one, empty.
CREATE OR REPLACE FUNCTION ${schema}.objectdb_raise_oids(seen bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  last_drawn bigint;
BEGIN
  -- Two ALTERs at once: the second would fail, its catalog row having changed under it.
  PERFORM pg_advisory_xact_lock(5915714, 2);
  ALTER SEQUENCE ${schema}.zoid_seq OWNED BY NONE;
  SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO last_drawn
    FROM ${schema}.zoid_seq;
  IF last_drawn < seen THEN
    PERFORM setval('${schema}.zoid_seq', seen);
  END IF;
END
$$;
