-- Aliases that begin or end at some names: what may stand behind a new alias, or before it.
-- Parameters: names. Columns: page_id, alias, person_id.
SELECT DISTINCT toString(page_id) AS page_id, alias, person_id
FROM aliases
WHERE alias IN {names:Array(String)} OR person_id IN {names:Array(String)}
