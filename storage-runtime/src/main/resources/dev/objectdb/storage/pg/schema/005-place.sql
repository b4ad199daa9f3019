-- Where the log of the recorded history lies: the database, and the file of its table there. A dump
-- that is restored lies elsewhere, also on the same server, where all else is as it was recorded.
ALTER TABLE objectdb_state ADD COLUMN place bigint;
