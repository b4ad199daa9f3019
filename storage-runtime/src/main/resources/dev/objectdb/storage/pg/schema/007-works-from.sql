-- The oldest version whose programs can work with these tables. A program that finds a newer schema
-- than its own goes on if this is not above its own: so a newer image that does not serve can be
-- taken back after it has prepared the tables.
ALTER TABLE objectdb_state ADD COLUMN works_from integer;
