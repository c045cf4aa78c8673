-- Deletes the rows of a table that belong to somebody in `erasing`, on disk too.
-- Parameters: table.
ALTER TABLE {table:Identifier}
DELETE WHERE (page_id, person_id) IN (SELECT page_id, person_id FROM erasing)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
