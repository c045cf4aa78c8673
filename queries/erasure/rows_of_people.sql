-- How many rows of a table belong to some people. Parameters: table, pages, people (lists of one length).
-- Columns: how many.
SELECT count()
FROM {table:Identifier}
WHERE (toString(page_id), person_id) IN
(
    SELECT each.1, each.2
    FROM (SELECT arrayJoin(arrayZip({pages:Array(String)}, {people:Array(String)})) AS each)
)
