-- Deliveries of some runs. Runs of a workspace may be called as others are.
-- Parameters: runs, is_of_workspace (whether they are those of a workspace).
-- Columns: run, destination, status, error, changed_at (ms), version.
SELECT
    run,
    toString(destination) AS destination,
    toString(status) AS status,
    error,
    toUnixTimestamp64Milli(report_deliveries.changed_at) AS changed_at,
    version
FROM report_deliveries FINAL
WHERE run IN {runs:Array(String)} AND (position(report_deliveries.report, ':') > 0) = {is_of_workspace:Bool}
ORDER BY run, destination
