-- Visits to tracked links. Nothing of the visitor is kept. The same visit shipped twice is two rows
-- with one visit_id until a merge.
CREATE TABLE IF NOT EXISTS link_visits
(
    visit_id String                  COMMENT 'chance; of a person''s visit the number behind the ref' CODEC(ZSTD(1)),
    slug     LowCardinality(String)  COMMENT 'the link',
    page_id  LowCardinality(String)  COMMENT 'the link''s Page at that time; may be empty',
    ref      LowCardinality(String)  COMMENT 'the link''s ref at that time',
    visitor  LowCardinality(String)  COMMENT 'person, or program (bot, link preview, HEAD)',
    time     DateTime64(3, 'UTC')    COMMENT 'when' CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (slug, time, visit_id)
SETTINGS non_replicated_deduplication_window = 1000
