-- Who came by which click on a tracked link.
CREATE TABLE IF NOT EXISTS arrivals
(
    click     String                 COMMENT 'number of the click',
    page_id   LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String                 COMMENT 'person'
)
ENGINE = ReplacingMergeTree
ORDER BY (click, page_id, person_id)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
