-- Goals that somebody wrote.
-- Columns: name, definition (JSON), made_by, made_at (ms).
SELECT name, definition, made_by, toUnixTimestamp64Milli(goals.made_at) AS made_at
FROM goals FINAL
ORDER BY name
