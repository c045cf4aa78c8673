-- Conversions as others report them: of an id the row with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS reported_conversions
(
    report_id    String                    COMMENT 'the reporter''s id',
    name         LowCardinality(String)    COMMENT 'lead, purchase or another goal',
    time         DateTime64(3, 'UTC')      COMMENT 'when it happened',
    value        Nullable(Decimal(18, 4))  COMMENT 'what it is worth, without what was refunded',
    currency     LowCardinality(String)    COMMENT 'ISO 4217; empty without value',
    is_retracted UInt8                     COMMENT '1: taken back as a whole',
    page_id      String                    COMMENT 'Page as the reporter knows it; may be empty',
    person_id    String                    COMMENT 'person as the reporter knows them; may be empty',
    click        String                    COMMENT 'number of a click on a tracked link; may be empty',
    contacts     Array(String)             COMMENT 'SHA-256 of phone number and e-mail address',
    consent      Nullable(UInt8)           COMMENT 'whether Meta may be told; null: not said',
    received_at  DateTime64(3, 'UTC')      COMMENT 'when it came in',
    version      UInt64                    COMMENT 'UTC microseconds of the change: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY report_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
