-- Which link a click was on: people's visits by the number behind the ref.
CREATE TABLE IF NOT EXISTS clicks
(
    click String                 COMMENT 'number of the click',
    slug  LowCardinality(String) COMMENT 'the link'
)
ENGINE = ReplacingMergeTree
ORDER BY click
SETTINGS
    index_granularity = 256,
    min_compress_block_size = 4096,
    non_replicated_deduplication_window = 1000
