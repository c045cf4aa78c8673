-- Whose a reported conversion is, and the event that was made of it: the row with the highest version
-- counts (read with FINAL).
CREATE TABLE IF NOT EXISTS matched_conversions
(
    report_id  String                 COMMENT 'the reporter''s id',
    matched_by LowCardinality(String) COMMENT 'person, click or contact; empty: nobody',
    page_id    String                 COMMENT 'Page or Instagram account',
    person_id  String                 COMMENT 'person; empty: taken back, or waiting',
    channel    LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    time       DateTime64(3, 'UTC')   COMMENT 'time of the event',
    event_id   UUID                   COMMENT 'the event',
    version    UInt64                 COMMENT '4 times the version of the report, and 2 if it stands, 1 if it is taken back or waits'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY report_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
