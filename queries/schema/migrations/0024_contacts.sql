-- Phone numbers and e-mail addresses that people shared with a tap, as hashes.
CREATE TABLE IF NOT EXISTS contacts
(
    hash      String                 COMMENT 'SHA-256, hexadecimal, normalized as Meta has audiences hashed',
    page_id   LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String                 COMMENT 'person'
)
ENGINE = ReplacingMergeTree
ORDER BY (hash, page_id, person_id)
SETTINGS non_replicated_deduplication_window = 1000
