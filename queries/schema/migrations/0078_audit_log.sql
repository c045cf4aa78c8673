-- Who did what to users, tokens, links, reports and people's data, and who failed to log in. Kept for two years.
CREATE TABLE IF NOT EXISTS audit_log
(
    at      DateTime64(3, 'UTC')   COMMENT 'when',
    who     String                 COMMENT 'user, token, or this machine',
    act     LowCardinality(String) COMMENT 'what was done',
    about   String                 COMMENT 'to whom or what; never a person of a Page',
    address String                 COMMENT 'from where'
)
ENGINE = MergeTree
ORDER BY at
TTL toDateTime(at) + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 1000
