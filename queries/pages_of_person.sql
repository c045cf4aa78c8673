-- Pages that know a person of this id.
-- Parameters: person.
-- Columns: page_id.
SELECT DISTINCT toString(page_id) AS page_id
FROM events_by_person
WHERE person_id = {person:String}
