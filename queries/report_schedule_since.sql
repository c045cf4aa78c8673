-- Since when a report's schedule is known.
-- Parameters: report, schedule.
-- Columns: since (ms; null if it is not).
SELECT if(count() = 0, NULL, toUnixTimestamp64Milli(min(report_schedules.since))) AS since
FROM report_schedules
WHERE report = {report:String} AND schedule = {schedule:String}
