-- Reports that were written on the page: a row an edit, of which that with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS report_definitions
(
    name       String COMMENT 'name of the report',
    definition String COMMENT 'its keys, as JSON',
    version    UInt64 COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8  COMMENT '1: it was removed'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
;

-- Since when a report has a schedule: what would have been due before is not caught up. The latest row counts.
CREATE TABLE IF NOT EXISTS report_schedules
(
    report   String                                                        COMMENT 'name of the report',
    schedule String                                                        COMMENT 'its cron expression and time zone; empty: by hand only',
    since    DateTime64(3, 'UTC')                                          COMMENT 'when it was seen first, or written',
    version  UInt64 DEFAULT toUInt64(toUnixTimestamp64Milli(since)) * 1000 COMMENT 'the highest counts: UTC microseconds, or one more than the one before'
)
ENGINE = MergeTree
ORDER BY (report, schedule, since)
SETTINGS non_replicated_deduplication_window = 1000
;

-- What became of each run of a report: the row with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS report_runs
(
    report     LowCardinality(String)           COMMENT 'name of the report',
    run        String                           COMMENT 'the report and when it was due; of a run by hand, when it was asked for',
    due_at     DateTime64(3, 'UTC')             COMMENT 'the instant that its range ends by',
    by_hand    UInt8                            COMMENT '1: somebody asked for it; 0: it was scheduled',
    status     LowCardinality(String)           COMMENT 'running, done, failed (it is tried again) or given_up',
    attempt    UInt32                           COMMENT 'how often it was begun',
    started_at DateTime64(3, 'UTC')             COMMENT 'when it was begun last',
    ended_at   Nullable(DateTime64(3, 'UTC'))   COMMENT 'when it ended',
    told       String                           COMMENT 'definition, range, watermark and files, as JSON: the side file',
    error      String                           COMMENT 'why it failed',
    version    UInt64                           COMMENT 'UTC microseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (report, run)
SETTINGS non_replicated_deduplication_window = 1000
;

-- What became of each delivery of a run: the row with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS report_deliveries
(
    report      LowCardinality(String) COMMENT 'name of the report',
    run         String                 COMMENT 'the run',
    destination LowCardinality(String) COMMENT 'where to',
    status      LowCardinality(String) COMMENT 'sending, sent, failed (it is tried again) or uncertain (it may have arrived and is not sent again)',
    error       String                 COMMENT 'why it failed',
    changed_at  DateTime64(3, 'UTC')   COMMENT 'when',
    version     UInt64                 COMMENT 'UTC microseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (report, run, destination)
SETTINGS non_replicated_deduplication_window = 1000
