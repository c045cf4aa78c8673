-- Deletes refused items that mention somebody in `erasing`.
ALTER TABLE quarantine
DELETE WHERE arrayExists(person -> position(body, person) > 0, (SELECT groupArray(person_id) FROM erasing))
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
