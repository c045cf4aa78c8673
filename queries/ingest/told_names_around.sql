-- Names that were told beside some names of some Pages. Parameters: pages, names.
-- Columns: page_id, alias, person_id, told_at (ms, the earliest).
SELECT
    toString(page_id) AS page_id, alias, person_id, toUnixTimestamp64Milli(min(told_names.told_at)) AS told_at
FROM told_names
WHERE page_id IN {pages:Array(String)} AND (alias IN {names:Array(String)} OR person_id IN {names:Array(String)})
GROUP BY page_id, alias, person_id
