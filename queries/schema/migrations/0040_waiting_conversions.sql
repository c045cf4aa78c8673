-- By what reported conversions wait for their person: a click's number or a contact's hash.
CREATE TABLE IF NOT EXISTS waiting_conversions
(
    key       String COMMENT 'number of a click, or SHA-256 of a contact',
    report_id String COMMENT 'the reporter''s id'
)
ENGINE = ReplacingMergeTree
ORDER BY (key, report_id)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
