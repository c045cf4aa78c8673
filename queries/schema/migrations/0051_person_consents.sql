-- What people said last of consent, by way of reports: of a person the row with the highest version counts
-- (read with FINAL). It stays when the report is taken back or turns out to be another person's.
CREATE TABLE IF NOT EXISTS person_consents
(
    page_id   String  COMMENT 'Page or Instagram account',
    person_id String  COMMENT 'person',
    consent   UInt8   COMMENT '1: Meta may be told, 0: it may not',
    version   UInt128 COMMENT 'version of the report that said so'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (page_id, person_id)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
