-- A row for each person and month: when their events were, and of which class each is, in the order of the definitions.
-- Made of all events but receipts, and made again when more come: of rows with one key that with the highest
-- version counts. Somebody with several names stands under the latest one; what was taken back is not among them.
CREATE TABLE IF NOT EXISTS sequences
(
    month      Date                   COMMENT 'first day of the month, UTC' CODEC(ZSTD(1)),
    page_id    LowCardinality(String) COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    person_id  String                 COMMENT 'person' CODEC(ZSTD(1)),
    times      Array(UInt32)          COMMENT 'when each event was, milliseconds since the month began' CODEC(Delta(4), ZSTD(1)),
    classes    Array(UInt64)          COMMENT 'the class of each: its number in event_classes' CODEC(ZSTD(1)),
    version    UInt64                 COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it',
    is_deleted UInt8                  COMMENT '1: the person has no such events'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY month
ORDER BY (page_id, person_id, month)
SETTINGS
    index_granularity = 1024,
    min_compress_block_size = 4096,
    -- A month that has come to rest becomes one part: reading it needs no merging.
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1,
    non_replicated_deduplication_window = 1000
;

-- What the classes of a month are: all that a funnel's step may ask of an event but its text and its value. Of ten million
-- classes two have one number with a probability of 3 in a million.
CREATE TABLE IF NOT EXISTS event_classes
(
    month   Date                   COMMENT 'first day of the month, UTC' CODEC(ZSTD(1)),
    class   UInt64                 COMMENT 'its number: a hash of what follows' CODEC(NONE),
    kind    LowCardinality(String) COMMENT 'message, echo, postback, referral, opt_in, conversion, other' CODEC(ZSTD(1)),
    name    LowCardinality(String) COMMENT 'wire name of an other event; goal of a conversion' CODEC(ZSTD(1)),
    source  LowCardinality(String) COMMENT 'entry point; empty if the event carries none' CODEC(ZSTD(1)),
    payload String                 COMMENT 'payload of a postback or quick reply' CODEC(ZSTD(1)),
    ref     String                 COMMENT 'referral parameter without a click''s mark' CODEC(ZSTD(1)),
    ad_id   String                 COMMENT 'ad of the referral' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY month
ORDER BY class
SETTINGS
    index_granularity = 512,
    min_compress_block_size = 4096,
    non_replicated_deduplication_window = 1000
;

-- Where nothing has come in yet, nothing has to be made of what was there before.
INSERT INTO one_time_work (work, part)
SELECT 'sequences', ''
WHERE (SELECT count() FROM events_by_person) = 0
