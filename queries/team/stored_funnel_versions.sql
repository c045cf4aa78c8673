-- Funnels that were made on the page or over the API, with the number of their latest edit.
-- Columns: name, version.
SELECT name, max(version) AS version
FROM funnel_edits
GROUP BY name
ORDER BY name
