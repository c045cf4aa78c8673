-- Runs of reports, the latest first.
-- Parameters: report (empty: all), run (empty: all), is_unfinished (only those of which something is left to do), limit.
-- Columns: report, run, due_at (ms), by_hand, status, attempt, started_at (ms), ended_at (ms; null if it has not),
-- told, error, version.
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
    error,
    version
FROM report_runs FINAL
WHERE ({report:String} = '' OR report_runs.report = {report:String})
    AND ({run:String} = '' OR run = {run:String})
    AND (NOT {is_unfinished:Bool} OR status IN ('asked', 'running', 'failed'))
ORDER BY report_runs.started_at DESC, run
LIMIT {limit:UInt64}
