-- Saved views, by name.
-- Columns: id, name, owner, is_shared, is_pinned, path, query, days, back, made_by, made_at (ms), workspace.
SELECT
    id, name, owner, is_shared, is_pinned, path, query, days, back, made_by,
    toUnixTimestamp64Milli(saved_views.made_at) AS made_at,
    workspace
FROM saved_views FINAL
ORDER BY lower(name), id
