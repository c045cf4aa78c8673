-- Who entered through some clicks, or shared some contacts. Parameters: keys. Columns: key, page_id, person_id.
SELECT click AS key, toString(page_id) AS page_id, person_id
FROM arrivals
WHERE click IN {keys:Array(String)}
UNION DISTINCT
SELECT hash AS key, toString(page_id) AS page_id, person_id
FROM contacts
WHERE hash IN {keys:Array(String)}
