-- Aliases that begin or end at some names of some Pages, as they are now: what may stand behind a new alias, or before it.
-- Parameters: pages, names. Columns: page_id, alias, person_id.
SELECT toString(page_id) AS page_id, alias, person_id
-- Only of a few names: else all would be merged.
FROM aliases FINAL
WHERE (page_id, alias) IN
(
    SELECT page_id, alias
    FROM aliases
    WHERE page_id IN {pages:Array(String)} AND (alias IN {names:Array(String)} OR person_id IN {names:Array(String)})
)
SETTINGS distributed_product_mode = 'allow'
