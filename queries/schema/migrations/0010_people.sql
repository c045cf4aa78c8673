-- What has been made of each person's events: where to begin when more come, and which rows of
-- conversations, touchpoints and conversions are theirs. The row with the highest version counts.
-- Times are UTC milliseconds; the place in a list is the row's number, from 1.
CREATE TABLE IF NOT EXISTS people
(
    page_id     LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id   String                 COMMENT 'person',
    first_event Int64                  COMMENT 'time of their first event',
    opened      Array(Int64)           COMMENT 'when each of their conversations was opened' CODEC(ZSTD(1)),
    touched     Array(Int64)           COMMENT 'time of each of their touchpoints' CODEC(ZSTD(1)),
    converted   Array(Int64)           COMMENT 'time of each of their conversions' CODEC(ZSTD(1)),
    version     UInt64                 COMMENT 'UTC microseconds of the making'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (page_id, person_id)
SETTINGS
    index_granularity = 256,
    min_compress_block_size = 4096,
    non_replicated_deduplication_window = 1000
