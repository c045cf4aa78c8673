-- Lists of customers that were uploaded to Meta for matching, as hashes.
CREATE TABLE IF NOT EXISTS audience_members
(
    audience    LowCardinality(String) COMMENT 'name of the list',
    hash        String                 COMMENT 'SHA-256 of phone number or e-mail address, hexadecimal',
    imported_at DateTime64(3, 'UTC')   COMMENT 'when it was imported last'
)
ENGINE = ReplacingMergeTree(imported_at)
ORDER BY (audience, hash)
SETTINGS non_replicated_deduplication_window = 1000
