-- Deletes from audiences the phone numbers and addresses of somebody in `erasing`.
-- Parameters: whole (the database in which tables are those of all shards).
ALTER TABLE audience_members
DELETE WHERE hash IN (
    SELECT hash FROM {whole:Identifier}.contacts WHERE (page_id, person_id) IN (SELECT page_id, person_id FROM erasing)
)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
