-- People whom a plugin knew by a reference of its own before they had an id.
CREATE TABLE IF NOT EXISTS aliases
(
    page_id   LowCardinality(String) COMMENT 'Page or Instagram account',
    alias     String                 COMMENT 'user_ref:... of the plugin',
    person_id String                 COMMENT 'the same person''s id'
)
ENGINE = ReplacingMergeTree
ORDER BY (page_id, alias)
SETTINGS non_replicated_deduplication_window = 1000
