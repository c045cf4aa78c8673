-- Deletes reported conversions that were found, by a click or a contact, to be those of somebody in `erasing`.
-- Parameters: whole (the database in which tables are those of all shards).
ALTER TABLE reports
DELETE WHERE report_id IN (
    SELECT report_id FROM {whole:Identifier}.report_events WHERE (page_id, person_id) IN (SELECT page_id, person_id FROM erasing)
)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
