-- Pages whose rows of a table name a person of this id.
-- Parameters: table, person.
-- Columns: page_id.
SELECT DISTINCT toString(page_id) AS page_id
FROM {table:Identifier}
WHERE person_id = {person:String}
