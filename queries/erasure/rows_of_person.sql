-- All that a table holds of a person, as it is stored, each row once.
-- Parameters: table, page, person.
SELECT *
FROM {table:Identifier} FINAL
WHERE page_id = {page:String} AND person_id = {person:String}
