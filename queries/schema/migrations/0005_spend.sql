-- What ads cost: one row an ad, day and currency; the row of the latest import counts.
CREATE TABLE IF NOT EXISTS spend
(
    date          Date                    COMMENT 'day in the ad account''s time zone',
    ad_id         String                  COMMENT 'ad',
    currency      LowCardinality(String)  COMMENT 'ISO 4217',
    ad_name       String                  COMMENT 'name of the ad; may be empty',
    adset_name    String                  COMMENT 'name of its ad set; may be empty',
    campaign_name String                  COMMENT 'name of its campaign; may be empty',
    impressions   UInt64                  COMMENT 'how often it was shown',
    clicks        UInt64                  COMMENT 'link clicks',
    spend         Decimal(18, 4)          COMMENT 'cost in currency',
    version       UInt64                  COMMENT 'UTC microseconds of the import: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(date)
ORDER BY (date, ad_id, currency)
