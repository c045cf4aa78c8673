-- One row a conversation; made of events by the program, and made again when more come. Of rows with
-- one key that with the highest version counts: read with FINAL.
CREATE TABLE IF NOT EXISTS conversations
(
    opened_at        DateTime64(3, 'UTC')           COMMENT 'when it was opened',
    page_id          LowCardinality(String)         COMMENT 'Page or Instagram account',
    person_id        String                         COMMENT 'person' CODEC(ZSTD(1)),
    number           UInt32                         COMMENT 'the person''s conversations up to this one: 1 is their first',
    channel          LowCardinality(String)         COMMENT 'messenger, instagram or whatsapp',
    source           LowCardinality(String)         COMMENT 'door of the opening act',
    source_name      LowCardinality(String)         COMMENT 'the door on the wire',
    ref              String                         COMMENT 'referral parameter without a click''s mark' CODEC(ZSTD(1)),
    click            String                         COMMENT 'number of the tracked click that led here' CODEC(ZSTD(1)),
    clicked          LowCardinality(String)         COMMENT 'link of that click',
    ad_id            LowCardinality(String)         COMMENT 'ad of the referral',
    ad_title         LowCardinality(String)         COMMENT 'title of the ad''s creative',
    referer          LowCardinality(String)         COMMENT 'host and path of the page that the visitor was on (chat plugin)',
    depth            UInt8                          COMMENT 'stages reached behind the opening: 1 is messaged, 5 is purchase',
    messaged_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'first message, or postback behind the opening',
    answered_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'first echo after that',
    engaged_at       Nullable(DateTime64(3, 'UTC')) COMMENT 'message or postback after the answer',
    lead_at          Nullable(DateTime64(3, 'UTC')) COMMENT 'lead after that',
    purchase_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'purchase after that',
    last_act_at      DateTime64(3, 'UTC')           COMMENT 'the person''s last act in it',
    waiting_since    Nullable(DateTime64(3, 'UTC')) COMMENT 'first message or postback that no echo followed',
    acts             UInt32                         COMMENT 'the person''s acts in it',
    answers          UInt32                         COMMENT 'echoes in it',
    answered_app     LowCardinality(String)         COMMENT 'app of the echo that was the answer',
    answered_persona LowCardinality(String)         COMMENT 'persona of that echo',
    version          UInt64                         COMMENT 'UTC microseconds of the making',
    is_deleted       UInt8                          COMMENT '1: later events have shown that there is no such conversation'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(opened_at)
ORDER BY (opened_at, page_id, person_id)
SETTINGS
    -- A month that has come to rest becomes one part: reading it needs no merging.
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1,
    non_replicated_deduplication_window = 1000
