-- What Pages, accounts and numbers are called: of each the latest of every source of names.
-- Columns: page_id, name; the Graph API's before a webhook's.
SELECT page_id, name
FROM page_names FINAL
WHERE name != ''
ORDER BY page_id, toString(origin)
