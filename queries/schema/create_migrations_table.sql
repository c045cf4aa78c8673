-- Which migrations have been applied, with the checksum of their text.
CREATE TABLE IF NOT EXISTS schema_migrations
(
    version    UInt32                                   COMMENT 'number of the file',
    name       String                                   COMMENT 'name of the file',
    checksum   String                                   COMMENT 'SHA-256 of its text',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)    COMMENT 'when'
)
ENGINE = ReplacingMergeTree
ORDER BY version
