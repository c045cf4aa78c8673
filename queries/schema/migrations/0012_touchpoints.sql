-- One row a touchpoint: made, and read, like conversations.
CREATE TABLE IF NOT EXISTS touchpoints
(
    time        DateTime64(3, 'UTC')   COMMENT 'when',
    page_id     LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id   String                 COMMENT 'person' CODEC(ZSTD(1)),
    number      UInt32                 COMMENT 'the person''s touchpoints up to this one',
    channel     LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    source      LowCardinality(String) COMMENT 'door',
    source_name LowCardinality(String) COMMENT 'the door on the wire',
    ref         String                 COMMENT 'referral parameter without a click''s mark' CODEC(ZSTD(1)),
    click       String                 COMMENT 'number of the tracked click that led here' CODEC(ZSTD(1)),
    clicked     LowCardinality(String) COMMENT 'link of that click',
    ad_id       LowCardinality(String) COMMENT 'ad of the referral',
    ad_title    LowCardinality(String) COMMENT 'title of the ad''s creative',
    referer     LowCardinality(String) COMMENT 'host and path of the page that the visitor was on (chat plugin)',
    version     UInt64                 COMMENT 'UTC microseconds of the making',
    is_deleted  UInt8                  COMMENT '1: later events have shown that there is no such touchpoint'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(time)
ORDER BY (time, page_id, person_id, number)
SETTINGS
    -- A month that has come to rest becomes one part: reading it needs no merging.
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1,
    non_replicated_deduplication_window = 1000
