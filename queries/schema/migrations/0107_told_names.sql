-- Which names of one person were told beside each other: what aliases are made of. A row a pair of names, the earliest
-- telling of it: that has the highest version.
CREATE TABLE IF NOT EXISTS told_names
(
    page_id   LowCardinality(String) COMMENT 'Page or Instagram account',
    alias     String                 COMMENT 'number, or an id or a number of before',
    person_id String                 COMMENT 'the person''s id or number as it was told beside it',
    told_at   DateTime64(3, 'UTC')   COMMENT 'when it was told first; 1970 if that is not known',
    version   UInt64                 COMMENT 'the earlier it was told, the higher'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (page_id, alias, person_id)
SETTINGS non_replicated_deduplication_window = 1000
;

-- Of names that are stored it is not known when they were told.
INSERT INTO told_names
SELECT page_id, alias, person_id, fromUnixTimestamp64Milli(0), 9223372036854775807
FROM aliases
WHERE NOT startsWith(alias, 'user_ref:')
