-- Contacts that some people shared, and nobody else. Parameters: pages, people (lists of one length).
-- Columns: hash.
WITH (SELECT arrayZip({pages:Array(String)}, {people:Array(String)})) AS names
SELECT hash
FROM contacts
GROUP BY hash
HAVING countIf(has(names, (CAST(page_id AS String), person_id))) = count()
ORDER BY hash
