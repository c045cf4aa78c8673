-- Edits of funnels that were made on the page or over the API: of each the latest, or all of one of them, the latest first.
-- Parameters: funnel (empty: all), edits (of each funnel at most).
-- Columns: name, version, id, act, definition (JSON), made_by, made_at (ms).
SELECT name, version, id, act, definition, made_by, toUnixTimestamp64Milli(funnel_edits.made_at) AS made_at
FROM funnel_edits
WHERE {funnel:String} = '' OR name = {funnel:String}
ORDER BY name, version DESC
LIMIT {edits:UInt64} BY name
