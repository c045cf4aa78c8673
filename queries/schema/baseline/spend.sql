-- What ads showed and cost: one row an account's day, whole, or an ad's day where a file told of that ad
-- alone. Of rows with one key that with the highest version counts (read with FINAL); of an ad's day
-- that several rows tell of, the row with the highest version.
-- The lists are of one length, an entry an ad and placement. An account's day without entries is a day
-- on which nothing was shown; a day without a row is unknown.
CREATE TABLE IF NOT EXISTS ad_days
(
    date          Date                          COMMENT 'day in the ad account''s time zone',
    account_id    LowCardinality(String)        COMMENT 'ad account; empty if a file did not tell it',
    only_ad       String                        COMMENT 'the ad whose day it is; empty: all ads of the account',
    ad_ids        Array(String)                 COMMENT 'ads' CODEC(ZSTD(1)),
    platforms     Array(LowCardinality(String)) COMMENT 'where: facebook, instagram, ...; empty if unknown',
    positions     Array(LowCardinality(String)) COMMENT 'where in it: feed, ...; empty if unknown',
    currencies    Array(LowCardinality(String)) COMMENT 'ISO 4217',
    impressions   Array(Nullable(UInt64))       COMMENT 'how often they were shown; null if unknown' CODEC(ZSTD(1)),
    clicks        Array(Nullable(UInt64))       COMMENT 'link clicks; null if unknown' CODEC(ZSTD(1)),
    spend         Array(Decimal(18, 4))         COMMENT 'costs in their currencies' CODEC(ZSTD(1)),
    started       Array(Nullable(UInt64))       COMMENT 'onsite_conversion.messaging_conversation_started_7d' CODEC(ZSTD(1)),
    first_replies Array(Nullable(UInt64))       COMMENT 'onsite_conversion.messaging_first_reply' CODEC(ZSTD(1)),
    version       UInt64                        COMMENT 'UTC microseconds of the import: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(date)
ORDER BY (date, account_id, only_ad)
SETTINGS non_replicated_deduplication_window = 1000
;

-- What ads, their ad sets and campaigns are called: and in which currency they
-- are paid: a row for each way in which they were.
CREATE TABLE IF NOT EXISTS ads
(
    ad_id         String COMMENT 'ad',
    account_id    LowCardinality(String) COMMENT 'ad account; may be empty',
    ad_name       String COMMENT 'its name; may be empty',
    adset_id      String COMMENT 'its ad set; may be empty',
    adset_name    String COMMENT 'name of its ad set; may be empty',
    campaign_id   String COMMENT 'its campaign; may be empty',
    campaign_name String COMMENT 'name of its campaign; may be empty',
    currency      LowCardinality(String) COMMENT 'ISO 4217, in which it is paid',
    version       UInt64 COMMENT 'UTC microseconds of the latest import that calls it so'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (ad_id, account_id, ad_name, adset_id, adset_name, campaign_id, campaign_name, currency)
SETTINGS non_replicated_deduplication_window = 1000
;

-- Each ad as its latest import calls it; what that left empty is as one before it told.
CREATE OR REPLACE VIEW ads_now AS
SELECT
    ad_id,
    argMaxIf(account_id, version, account_id != '') AS account_id,
    argMaxIf(ad_name, version, ad_name != '') AS ad_name,
    argMaxIf(adset_id, version, adset_id != '') AS adset_id,
    argMaxIf(adset_name, version, adset_name != '') AS adset_name,
    argMaxIf(campaign_id, version, campaign_id != '') AS campaign_id,
    argMaxIf(campaign_name, version, campaign_name != '') AS campaign_name,
    argMaxIf(currency, version, currency != '') AS currency
FROM ads
GROUP BY ad_id
;

-- The campaign and the ad set of each ad.
CREATE OR REPLACE VIEW ad_campaigns AS
SELECT ad_id, campaign_name AS campaign, adset_name AS ad_set FROM ads_now
;

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
;

-- Costs that were put down by hand: the row with the highest version of each counts.
CREATE TABLE IF NOT EXISTS costs
(
    cost_id    String                 COMMENT 'its number',
    kind       LowCardinality(String) COMMENT 'what it is for: link or source',
    name       String                 COMMENT 'the link''s slug, or the source',
    first      Date                   COMMENT 'the first day that it pays for',
    last       Date                   COMMENT 'the last day that it pays for',
    amount     Decimal(18, 4)         COMMENT 'how much, in all, in currency',
    currency   LowCardinality(String) COMMENT 'ISO 4217',
    note       String                 COMMENT 'what somebody wrote beside it',
    is_removed UInt8                  COMMENT '1: it does not count any more',
    version    UInt64                 COMMENT 'UTC microseconds of the edit'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY cost_id
SETTINGS non_replicated_deduplication_window = 1000
