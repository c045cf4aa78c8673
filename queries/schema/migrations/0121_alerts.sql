-- Alert rules that were written on the page or over the API: a row an edit, of which that with the highest version counts
-- (read with FINAL). One with the name of a default rule takes its place.
CREATE TABLE IF NOT EXISTS alert_rules
(
    name       String               COMMENT 'by which it is known',
    definition String               COMMENT 'its keys, as JSON',
    made_by    String               COMMENT 'user or token who wrote it last',
    made_at    DateTime64(3, 'UTC') COMMENT 'when',
    version    UInt64               COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                COMMENT '1: it was removed'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
;

-- What alert rules found: a row a change, of which that with the highest version counts (read with FINAL). Kept for two
-- years.
CREATE TABLE IF NOT EXISTS incidents
(
    id           String                         COMMENT 'by which it is known',
    rule         LowCardinality(String)         COMMENT 'the rule that found it',
    about        String                         COMMENT 'what it is about: a Page, an ad, a currency, ...; empty: everything',
    reason       String                         COMMENT 'what was found, as JSON',
    severity     LowCardinality(String)         COMMENT 'high, middle or low',
    opened_at    DateTime64(3, 'UTC')           COMMENT 'when it was found first',
    last_seen_at DateTime64(3, 'UTC')           COMMENT 'when it was found last',
    closed_at    Nullable(DateTime64(3, 'UTC')) COMMENT 'when it was over; null: it is open',
    version      UInt64                         COMMENT 'of the latest lease, and under it the latest'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
TTL toDateTime(last_seen_at) + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 1000
;

-- What people said of incidents: a row an edit, of which that with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS incident_marks
(
    incident        String                         COMMENT 'the incident',
    acknowledged_by String                         COMMENT 'who has taken note of it; empty: nobody',
    snoozed_until   Nullable(DateTime64(3, 'UTC')) COMMENT 'until when it is kept out of sight; null: it is not',
    made_by         String                         COMMENT 'user or token who said it last',
    made_at         DateTime64(3, 'UTC')           COMMENT 'when',
    version         UInt64                         COMMENT 'UTC microseconds of the edit'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY incident
TTL toDateTime(made_at) + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 1000
;

-- What is not to be alerted of any more: a row an edit, of which that with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS alert_mutes
(
    rule       String               COMMENT 'the rule',
    about      String               COMMENT 'what it is about',
    made_by    String               COMMENT 'user or token who muted it',
    made_at    DateTime64(3, 'UTC') COMMENT 'when',
    version    UInt64               COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                COMMENT '1: it is alerted of again'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (rule, about)
SETTINGS non_replicated_deduplication_window = 1000
