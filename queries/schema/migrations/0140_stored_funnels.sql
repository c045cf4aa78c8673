-- Funnels that were made on the page or over the API: a row an edit, numbered for each funnel from 1; the highest counts,
-- and none is ever removed. Of two edits of the same version ClickHouse drops the one that comes second, by its token.
CREATE TABLE IF NOT EXISTS funnel_edits
(
    name       String                 COMMENT 'by which the funnel is known',
    version    UInt64                 COMMENT 'number of the edit, from 1',
    id         String                 COMMENT 'of the edit, at random: whose of two it was',
    act        LowCardinality(String) COMMENT 'made, changed, archived or restored',
    definition String                 COMMENT 'its keys, as JSON',
    made_by    String                 COMMENT 'user or token who made the edit',
    made_at    DateTime64(3, 'UTC')   COMMENT 'when'
)
ENGINE = MergeTree
ORDER BY (name, version)
SETTINGS non_replicated_deduplication_window = 1000
