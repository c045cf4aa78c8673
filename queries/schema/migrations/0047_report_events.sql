-- The events that were made of reported conversions, or are about to be: written before them. Of a report
-- the row with the highest version counts; of several the one that names a person, then the first by
-- event_id. The others are taken back.
CREATE TABLE IF NOT EXISTS report_events
(
    report_id  String                 COMMENT 'the reporter''s id',
    event_id   UUID                   COMMENT 'the event; nil: none, it is taken back or waits',
    matched_by LowCardinality(String) COMMENT 'person, click or contact; empty: nobody',
    page_id    String                 COMMENT 'Page or Instagram account',
    person_id  String                 COMMENT 'person; empty: nobody',
    time       DateTime64(3, 'UTC')   COMMENT 'time of the event',
    version    UInt128                COMMENT 'version of the report that it was made of'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (report_id, event_id, version)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
