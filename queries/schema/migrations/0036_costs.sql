-- Costs that were put down by hand: the row with the highest version of each counts.
CREATE TABLE IF NOT EXISTS costs
(
    cost_id    String                 COMMENT 'its number',
    kind       LowCardinality(String) COMMENT 'what it is for: link or source',
    name       String                 COMMENT 'the link''s slug, or the source',
    first      Date                   COMMENT 'the first day that it pays for',
    last       Date                   COMMENT 'the last day that it pays for',
    amount     Decimal(18, 4)         COMMENT 'how much, in all, in currency',
    currency   LowCardinality(String) COMMENT 'ISO 4217',
    note       String                 COMMENT 'what somebody wrote beside it',
    is_removed UInt8                  COMMENT '1: it does not count any more',
    version    UInt64                 COMMENT 'UTC microseconds of the edit'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY cost_id
SETTINGS non_replicated_deduplication_window = 1000
