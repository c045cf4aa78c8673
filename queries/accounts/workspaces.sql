-- Workspaces, those that were removed too, by name.
-- Columns: name, definition (JSON; empty of a removed one), is_removed.
SELECT name, argMax(workspaces.definition, version) AS definition, argMax(is_deleted, version) = 1 AS is_removed
FROM workspaces
GROUP BY name
ORDER BY name
