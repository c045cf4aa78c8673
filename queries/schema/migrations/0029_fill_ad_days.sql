-- What an earlier version had in the table spend.
INSERT INTO ad_days
SELECT
    date, '' AS account_id, ad_id AS only_ad,
    groupArray(ad_id) AS ad_ids,
    groupArray(toLowCardinality('')) AS platforms,
    groupArray(toLowCardinality('')) AS positions,
    groupArray(currency) AS currencies,
    groupArray(impressions) AS impressions,
    groupArray(clicks) AS clicks,
    groupArray(spend) AS spend,
    groupArray(CAST(NULL, 'Nullable(UInt64)')) AS started,
    groupArray(CAST(NULL, 'Nullable(UInt64)')) AS first_replies,
    max(version) AS version
FROM (SELECT * FROM spend ORDER BY version DESC LIMIT 1 BY date, ad_id, currency)
GROUP BY date, ad_id
