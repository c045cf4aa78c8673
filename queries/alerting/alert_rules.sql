-- Alert rules that were written on the page or over the API.
-- Columns: name, definition (JSON), made_by, made_at (ms).
SELECT name, definition, made_by, toUnixTimestamp64Milli(alert_rules.made_at) AS made_at
FROM alert_rules FINAL
ORDER BY name
