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
