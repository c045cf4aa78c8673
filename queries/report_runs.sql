-- Runs of reports, the latest first.
-- Parameters: report (empty: all), run (empty: all), limit.
-- Columns: report, run, due_at (ms), by_hand, status, attempt, started_at (ms), ended_at (ms; null if it has not),
-- told, error.
SELECT
    toString(report) AS report,
    run,
    toUnixTimestamp64Milli(report_runs.due_at) AS due_at,
    by_hand,
    toString(status) AS status,
    attempt,
    toUnixTimestamp64Milli(report_runs.started_at) AS started_at,
    toUnixTimestamp64Milli(report_runs.ended_at) AS ended_at,
    told,
    error
FROM report_runs FINAL
WHERE ({report:String} = '' OR report_runs.report = {report:String})
    AND ({run:String} = '' OR run = {run:String})
ORDER BY report_runs.started_at DESC, run
LIMIT {limit:UInt64}
