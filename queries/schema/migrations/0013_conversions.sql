-- One row a conversion: made, and read, like conversations.
CREATE TABLE IF NOT EXISTS conversions
(
    time               DateTime64(3, 'UTC')           COMMENT 'when',
    page_id            LowCardinality(String)         COMMENT 'Page or Instagram account',
    person_id          String                         COMMENT 'person' CODEC(ZSTD(1)),
    number             UInt32                         COMMENT 'the person''s conversions up to this one',
    channel            LowCardinality(String)         COMMENT 'messenger, instagram or whatsapp',
    name               LowCardinality(String)         COMMENT 'lead, purchase or another goal',
    value_e4           Nullable(Int64)                COMMENT 'what it was worth, in 1/10,000 of currency',
    currency           LowCardinality(String)         COMMENT 'ISO 4217; empty without value',
    touchpoints_before UInt32                         COMMENT 'touchpoints that the person had before',
    first_touch_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'the first of them',
    version            UInt64                         COMMENT 'UTC microseconds of the making',
    is_deleted         UInt8                          COMMENT '1: there is no such conversion'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(time)
ORDER BY (time, page_id, person_id, number)
SETTINGS
    -- A month that has come to rest becomes one part: reading it needs no merging.
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1,
    non_replicated_deduplication_window = 1000
