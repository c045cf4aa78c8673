-- Ad accounts, as Meta told of them last.
CREATE TABLE IF NOT EXISTS ad_accounts
(
    account_id String COMMENT 'its digits, without act_',
    name       String COMMENT 'its name; may be empty',
    currency   LowCardinality(String) COMMENT 'ISO 4217',
    time_zone  LowCardinality(String) COMMENT 'IANA name of the zone of its days',
    version    UInt64 COMMENT 'UTC microseconds: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY account_id
SETTINGS non_replicated_deduplication_window = 1000
