-- By which other names a Page knows somebody: a plugin's references of their id, and the id behind a reference.
-- Parameters: page, person.
-- Columns: name.
SELECT DISTINCT arrayJoin([alias, person_id]) AS name
FROM aliases
WHERE page_id = {page:String}
    AND person_id IN
    (
        SELECT person_id
        FROM aliases
        WHERE page_id = {page:String} AND (alias = {person:String} OR person_id = {person:String})
    )
ORDER BY name
