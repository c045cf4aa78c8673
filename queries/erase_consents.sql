-- Deletes what the reports of somebody in `erasing` say of consent.
-- Parameters: whole (the database in which tables are those of all shards).
ALTER TABLE report_consents
DELETE WHERE report_id IN (
    SELECT report_id FROM {whole:Identifier}.reports WHERE (page_id, person_id) IN (SELECT page_id, person_id FROM erasing)
    UNION ALL
    SELECT report_id FROM {whole:Identifier}.report_events WHERE (page_id, person_id) IN (SELECT page_id, person_id FROM erasing)
)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
