-- What became of conversions that Meta is told of: of an event the row with the highest version counts
-- (read with FINAL). Those without a row are still to be told.
CREATE TABLE IF NOT EXISTS feedback
(
    event_id   String                   COMMENT 'by which Meta knows the event again',
    event_name LowCardinality(String)   COMMENT 'Meta''s name of it',
    page_id    LowCardinality(String)   COMMENT 'Page or Instagram account',
    person_id  String                   COMMENT 'person',
    time       DateTime64(3, 'UTC')     COMMENT 'when the conversion happened',
    status     LowCardinality(String)   COMMENT 'sent, refused, expired (too old for Meta), withheld (no consent), or again (refused once, to be tried again)',
    reason     String                   COMMENT 'why it was not sent, in Meta''s words if they are Meta''s',
    trace      String                   COMMENT 'by which Meta''s support finds the request',
    version    UInt64                   COMMENT 'UTC microseconds'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY event_id
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000
