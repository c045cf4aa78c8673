-- Everybody whom the rows of a table name, each once. Parameters: table.
-- Columns: page_id, person_id.
SELECT DISTINCT toString(page_id) AS page_id, person_id
FROM {table:Identifier}
WHERE person_id != ''
