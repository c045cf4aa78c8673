-- What has been made of each person's events: where to begin when more come, and which rows of
-- conversations, touchpoints and conversions are theirs. The row with the highest version counts.
-- Times are UTC milliseconds; the place in a list is the row's number, from 1.
CREATE TABLE IF NOT EXISTS people
(
    page_id     LowCardinality(String)                                                         COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    person_id   String                                                                         COMMENT 'person' CODEC(ZSTD(1)),
    first_event Int64                                                                          COMMENT 'time of their first event' CODEC(T64, ZSTD(1)),
    opened      Array(Int64)                                                                   COMMENT 'when each of their conversations was opened' CODEC(T64, ZSTD(1)),
    touched     Array(Int64)                                                                   COMMENT 'time of each of their touchpoints' CODEC(T64, ZSTD(1)),
    converted   Array(Int64)                                                                   COMMENT 'time of each of their conversions' CODEC(T64, ZSTD(1)),
    version     UInt64                                                                         COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it; before, UTC microseconds',
    made_at     DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Micro(toInt64(version), 'UTC') COMMENT 'when the row was made'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (page_id, person_id)
SETTINGS
    index_granularity = 256,
    min_compress_block_size = 4096,
    non_replicated_deduplication_window = 1000
;

-- One row a conversation; made of events by the program, and made again when more come. Of rows with
-- one key that with the highest version counts: read with FINAL.
CREATE TABLE IF NOT EXISTS conversations
(
    opened_at        DateTime64(3, 'UTC')           COMMENT 'when it was opened' CODEC(ZSTD(1)),
    page_id          LowCardinality(String)         COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    person_id        String                         COMMENT 'person' CODEC(ZSTD(1)),
    number           UInt32                         COMMENT 'the person''s conversations up to this one: 1 is their first' CODEC(ZSTD(1)),
    channel          LowCardinality(String)         COMMENT 'messenger, instagram or whatsapp' CODEC(ZSTD(1)),
    source           LowCardinality(String)         COMMENT 'entry point of the opening act' CODEC(ZSTD(1)),
    source_name      LowCardinality(String)         COMMENT 'the entry point on the wire' CODEC(ZSTD(1)),
    ref              String                         COMMENT 'referral parameter without a click''s mark' CODEC(ZSTD(1)),
    click            String                         COMMENT 'number of the tracked click that led here' CODEC(ZSTD(1)),
    clicked          LowCardinality(String)         COMMENT 'link of that click' CODEC(ZSTD(1)),
    ad_id            LowCardinality(String)         COMMENT 'ad of the referral' CODEC(ZSTD(1)),
    ad_title         LowCardinality(String)         COMMENT 'title of the ad''s creative' CODEC(ZSTD(1)),
    referer          LowCardinality(String)         COMMENT 'host and path of the page that the visitor was on (chat plugin)' CODEC(ZSTD(1)),
    depth            UInt8                          COMMENT 'stages reached behind the opening: 1 is messaged, 5 is purchase' CODEC(ZSTD(1)),
    messaged_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'first message, or postback behind the opening' CODEC(ZSTD(1)),
    answered_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'first echo after that' CODEC(ZSTD(1)),
    engaged_at       Nullable(DateTime64(3, 'UTC')) COMMENT 'message or postback after the answer' CODEC(ZSTD(1)),
    lead_at          Nullable(DateTime64(3, 'UTC')) COMMENT 'lead after that' CODEC(ZSTD(1)),
    purchase_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'purchase after that' CODEC(ZSTD(1)),
    last_act_at      DateTime64(3, 'UTC')           COMMENT 'the person''s last act in it' CODEC(ZSTD(1)),
    waiting_since    Nullable(DateTime64(3, 'UTC')) COMMENT 'first message or postback that no echo followed' CODEC(ZSTD(1)),
    acts             UInt32                         COMMENT 'the person''s acts in it' CODEC(ZSTD(1)),
    answers          UInt32                         COMMENT 'echoes in it' CODEC(ZSTD(1)),
    answered_app     LowCardinality(String)         COMMENT 'app of the echo that was the answer' CODEC(ZSTD(1)),
    answered_persona LowCardinality(String)         COMMENT 'persona of that echo' CODEC(ZSTD(1)),
    version          UInt64                         COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it; before, UTC microseconds',
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
;

-- One row a touchpoint: made, and read, like conversations.
CREATE TABLE IF NOT EXISTS touchpoints
(
    time        DateTime64(3, 'UTC')   COMMENT 'when' CODEC(ZSTD(1)),
    page_id     LowCardinality(String) COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    person_id   String                 COMMENT 'person' CODEC(ZSTD(1)),
    number      UInt32                 COMMENT 'the person''s touchpoints up to this one' CODEC(ZSTD(1)),
    channel     LowCardinality(String) COMMENT 'messenger, instagram or whatsapp' CODEC(ZSTD(1)),
    source      LowCardinality(String) COMMENT 'entry point' CODEC(ZSTD(1)),
    source_name LowCardinality(String) COMMENT 'the entry point on the wire' CODEC(ZSTD(1)),
    ref         String                 COMMENT 'referral parameter without a click''s mark' CODEC(ZSTD(1)),
    click       String                 COMMENT 'number of the tracked click that led here' CODEC(ZSTD(1)),
    clicked     LowCardinality(String) COMMENT 'link of that click' CODEC(ZSTD(1)),
    ad_id       LowCardinality(String) COMMENT 'ad of the referral' CODEC(ZSTD(1)),
    ad_title    LowCardinality(String) COMMENT 'title of the ad''s creative' CODEC(ZSTD(1)),
    referer     LowCardinality(String) COMMENT 'host and path of the page that the visitor was on (chat plugin)' CODEC(ZSTD(1)),
    version     UInt64                 COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it; before, UTC microseconds',
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
;

-- One row a conversion: made, and read, like conversations.
CREATE TABLE IF NOT EXISTS conversions
(
    time               DateTime64(3, 'UTC')           COMMENT 'when' CODEC(ZSTD(1)),
    page_id            LowCardinality(String)         COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    person_id          String                         COMMENT 'person' CODEC(ZSTD(1)),
    number             UInt32                         COMMENT 'the person''s conversions up to this one' CODEC(ZSTD(1)),
    channel            LowCardinality(String)         COMMENT 'messenger, instagram or whatsapp' CODEC(ZSTD(1)),
    event_id           UUID                           COMMENT 'its event' CODEC(ZSTD(1)),
    name               LowCardinality(String)         COMMENT 'lead, purchase or another goal' CODEC(ZSTD(1)),
    value_e4           Nullable(Int64)                COMMENT 'what it was worth, in 1/10,000 of currency' CODEC(ZSTD(1)),
    currency           LowCardinality(String)         COMMENT 'ISO 4217; empty without value' CODEC(ZSTD(1)),
    touchpoints_before UInt32                         COMMENT 'touchpoints that the person had before' CODEC(ZSTD(1)),
    first_touch_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'the first of them' CODEC(ZSTD(1)),
    version            UInt64                         COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it; before, UTC microseconds',
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
