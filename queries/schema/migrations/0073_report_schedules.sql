-- Since when a report has a schedule: what would have been due before is not caught up. The latest row counts.
CREATE TABLE IF NOT EXISTS report_schedules
(
    report   String                 COMMENT 'name of the report',
    schedule String                 COMMENT 'its cron expression and time zone; empty: by hand only',
    since    DateTime64(3, 'UTC')   COMMENT 'when it was seen first, or written'
)
ENGINE = MergeTree
ORDER BY (report, schedule, since)
SETTINGS non_replicated_deduplication_window = 1000
