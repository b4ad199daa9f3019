-- Everything that the numbered files make, and nothing else: without CASCADE, so that a view or a foreign key of
-- somebody else on one of the tables keeps all of them. Indexes and triggers go with their tables.

DROP TABLE IF EXISTS
    ${schema}.transaction_log,
    ${schema}.object_state,
    ${schema}.blob_state,
    ${schema}.pgjsonb_schema_state,
    ${schema}.object_history,
    ${schema}.pack_state,
    ${schema}.object_record,
    ${schema}.object_window,
    ${schema}.object_deletion,
    ${schema}.transaction_record,
    ${schema}.objectdb_state;

DROP SEQUENCE IF EXISTS ${schema}.zoid_seq;

DROP FUNCTION IF EXISTS
    ${schema}.notify_commit(),
    ${schema}.objectdb_tid(timestamptz),
    ${schema}.objectdb_guard_log(),
    ${schema}.objectdb_keep_greatest(),
    ${schema}.objectdb_archive(),
    ${schema}.objectdb_raise_oids(bigint);
