-- Which of some names have led to another name, or do. Parameters: pages, names. Columns: page_id, alias.
SELECT DISTINCT toString(page_id) AS page_id, alias
FROM aliases
WHERE page_id IN {pages:Array(String)} AND alias IN {names:Array(String)}
