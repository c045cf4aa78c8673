-- The schedule that a report had last, and since when.
-- Parameters: report.
-- Columns: schedule, since (ms).
SELECT schedule, toUnixTimestamp64Milli(report_schedules.since) AS since
FROM report_schedules
WHERE report = {report:String}
ORDER BY version DESC, report_schedules.since DESC, schedule
LIMIT 1
