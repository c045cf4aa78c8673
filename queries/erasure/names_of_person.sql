-- By which other names a Page knows somebody: a plugin's references of their id, and the id behind a reference.
-- Parameters: page, person.
-- Columns: name.
WITH leads AS
(
    SELECT alias, person_id
    -- A name that was told to be another's before leads to the latest one. Only of a few names: else all would be merged.
    FROM aliases FINAL
    WHERE page_id = {page:String} AND alias IN
    (
        SELECT alias
        FROM aliases
        WHERE page_id = {page:String} AND person_id IN
        (
            SELECT person_id
            FROM aliases
            WHERE page_id = {page:String} AND (alias = {person:String} OR person_id = {person:String})
        )
    )
)
SELECT DISTINCT arrayJoin([alias, person_id]) AS name
FROM leads
WHERE person_id IN (SELECT person_id FROM leads WHERE alias = {person:String} OR person_id = {person:String})
ORDER BY name
-- On a cluster each shard asks for itself whom it is about: subqueries in subqueries cannot be sent to it.
SETTINGS distributed_product_mode = 'allow'
