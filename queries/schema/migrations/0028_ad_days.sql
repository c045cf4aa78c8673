-- What ads showed and cost: one row an account's day, whole, or an ad's day where a file told of that ad
-- alone. Of rows with one key that with the highest version counts (read with FINAL); of an ad's day
-- that several rows tell of, the row with the highest version.
-- The lists are of one length, an entry an ad and placement. An account's day without entries is a day
-- on which nothing was shown; a day without a row is unknown.
CREATE TABLE IF NOT EXISTS ad_days
(
    date          Date                    COMMENT 'day in the ad account''s time zone',
    account_id    LowCardinality(String)  COMMENT 'ad account; empty if a file did not tell it',
    only_ad       String                  COMMENT 'the ad whose day it is; empty: all ads of the account',
    ad_ids        Array(String)           COMMENT 'ads' CODEC(ZSTD(1)),
    platforms     Array(LowCardinality(String)) COMMENT 'where: facebook, instagram, ...; empty if unknown',
    positions     Array(LowCardinality(String)) COMMENT 'where in it: feed, ...; empty if unknown',
    currencies    Array(LowCardinality(String)) COMMENT 'ISO 4217',
    impressions   Array(UInt64)           COMMENT 'how often they were shown' CODEC(ZSTD(1)),
    clicks        Array(UInt64)           COMMENT 'link clicks' CODEC(ZSTD(1)),
    spend         Array(Decimal(18, 4))   COMMENT 'costs in their currencies' CODEC(ZSTD(1)),
    started       Array(Nullable(UInt64)) COMMENT 'onsite_conversion.messaging_conversation_started_7d' CODEC(ZSTD(1)),
    first_replies Array(Nullable(UInt64)) COMMENT 'onsite_conversion.messaging_first_reply' CODEC(ZSTD(1)),
    version       UInt64                  COMMENT 'UTC microseconds of the import: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(date)
ORDER BY (date, account_id, only_ad)
SETTINGS non_replicated_deduplication_window = 1000
