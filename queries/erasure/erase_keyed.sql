-- Deletes the rows of a table whose key is in `erasing_keys`, on disk too.
-- Parameters: table, column (the key's), kind.
ALTER TABLE {table:Identifier}
DELETE WHERE toString({column:Identifier}) IN (SELECT key FROM erasing_keys WHERE kind = {kind:String})
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
