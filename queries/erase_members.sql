-- Deletes from audiences the phone numbers and addresses of somebody in `erasing`.
ALTER TABLE audience_members
DELETE WHERE hash IN (
    SELECT hash FROM contacts WHERE (page_id, person_id) IN (SELECT page_id, person_id FROM erasing)
)
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
