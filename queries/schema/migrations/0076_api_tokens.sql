-- Tokens that were made on the settings page: a row an edit, of which that with the highest version counts.
CREATE TABLE IF NOT EXISTS api_tokens
(
    name       String                        COMMENT 'by which logs know it',
    hash       String                        COMMENT 'SHA-256 of the token, hexadecimal',
    scopes     Array(LowCardinality(String)) COMMENT 'what it is good for',
    made_by    String                        COMMENT 'user who made it',
    made_at    DateTime64(3, 'UTC')          COMMENT 'when',
    expires_at Nullable(DateTime64(3, 'UTC')) COMMENT 'until when it is good; null: for good',
    version    UInt64                        COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                         COMMENT '1: was revoked'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
