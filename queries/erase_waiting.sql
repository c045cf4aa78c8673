-- Deletes reports that wait for a phone number or an address of somebody in `erasing`.
-- Parameters: whole (the database in which tables are those of all shards).
ALTER TABLE waiting_conversions
DELETE WHERE key IN (
    SELECT hash FROM {whole:Identifier}.contacts WHERE (page_id, person_id) IN (SELECT page_id, person_id FROM erasing)
)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
