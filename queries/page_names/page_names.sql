-- What Pages, accounts and numbers are called: of each the latest of every source of names.
-- Columns: page_id, origin (graph or webhook), channel, name.
SELECT page_id, toString(origin) AS origin, toString(channel) AS channel, name
FROM page_names FINAL
WHERE name != ''
ORDER BY page_id, origin
