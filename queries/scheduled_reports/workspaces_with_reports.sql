-- Workspaces in which reports were written.
-- Columns: workspace.
SELECT DISTINCT splitByChar(':', name)[1] AS workspace
FROM report_definitions FINAL
WHERE position(name, ':') > 0
ORDER BY workspace
