-- A row for each person and month: when their events were, and of which class each is, in the order of the definitions.
-- Made of all events but receipts, and made again when more come: of rows with one key that with the highest version counts.
-- Somebody with several names stands under the latest one; what was taken back is not among them.
-- In the order of a hash of the person: ranges of it are read by several threads and put together without comparing texts. Of
-- ten billion people two have one hash with a probability of 10^-19.
CREATE TABLE IF NOT EXISTS event_sequences
(
    month      Date                   COMMENT 'first day of the month, UTC' CODEC(ZSTD(1)),
    person     UInt128                DEFAULT reinterpretAsUInt128(sipHash128(page_id, person_id)) COMMENT 'a hash of page_id and person_id' CODEC(NONE),
    page_id    LowCardinality(String) COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    person_id  String                 COMMENT 'person' CODEC(ZSTD(1)),
    times      Array(UInt32)          COMMENT 'when each event was, milliseconds since the month began' CODEC(Delta(4), LZ4),
    classes    Array(UInt64)          COMMENT 'the class of each: its number in event_classes' CODEC(LZ4),
    version    UInt64                 COMMENT 'the highest counts: the turn of who wrote it times 2^32, and a number in it' CODEC(ZSTD(1)),
    is_deleted UInt8                  COMMENT '1: the person has no such events'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY month
ORDER BY (person, month)
SETTINGS
    index_granularity = 1024,
    min_compress_block_size = 65536,
    -- A month that has come to rest becomes one part: reading it needs no merging.
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1,
    non_replicated_deduplication_window = 1000
;

-- Where nothing has come in yet, nothing has to be made of what was there before.
INSERT INTO one_time_work (work, part)
SELECT 'event_sequences', ''
WHERE (SELECT count() FROM events_by_person) = 0
;

-- The same in the order of texts, which one thread had to merge.
DROP TABLE IF EXISTS sequences
