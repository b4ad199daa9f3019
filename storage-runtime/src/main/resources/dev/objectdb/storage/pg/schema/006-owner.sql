-- Who prepares these tables, as namespace/name of its resource: two of them on the same tables would
-- each bring them to what it declares. NULL where nobody said.
ALTER TABLE objectdb_state ADD COLUMN owner text;
