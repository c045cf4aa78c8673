-- Deliveries of some runs.
-- Parameters: runs.
-- Columns: run, destination, status, error, changed_at (ms), version.
SELECT
    run,
    toString(destination) AS destination,
    toString(status) AS status,
    error,
    toUnixTimestamp64Milli(report_deliveries.changed_at) AS changed_at,
    version
FROM report_deliveries FINAL
WHERE run IN {runs:Array(String)}
ORDER BY run, destination
