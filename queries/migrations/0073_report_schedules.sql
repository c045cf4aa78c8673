-- Since when each schedule is known: what would have been due before is not caught up. The earliest row counts.
CREATE TABLE IF NOT EXISTS report_schedules
(
    report   String                 COMMENT 'name of the report',
    schedule String                 COMMENT 'its cron expression and time zone',
    since    DateTime64(3, 'UTC')   COMMENT 'when it was first seen'
)
ENGINE = MergeTree
ORDER BY (report, schedule, since)
SETTINGS non_replicated_deduplication_window = 1000
