-- What an account's days hold as they were read as a whole, with the ads' names of today.
-- Parameters: account, first, last (days since 1970-01-01, both inclusive).
-- Columns: those of spend_by_day.
SELECT
    found.date AS date,
    toString(found.account_id) AS account_id,
    found.ad_id AS ad_id,
    ads_now.ad_name AS ad_name,
    ads_now.adset_id AS adset_id,
    ads_now.adset_name AS adset_name,
    ads_now.campaign_id AS campaign_id,
    ads_now.campaign_name AS campaign_name,
    toString(found.platform) AS platform,
    toString(found.position) AS position,
    toString(found.currency) AS currency,
    found.impressions AS impressions,
    found.clicks AS clicks,
    found.spend AS spend,
    found.started AS started,
    found.first_replies AS first_replies
FROM
(
    SELECT
        date, account_id, ad_id, platform, position, currency, each_impressions AS impressions,
        each_clicks AS clicks, each_spend AS spend, each_started AS started,
        each_replies AS first_replies
    FROM ad_days FINAL
    ARRAY JOIN
        ad_ids AS ad_id, platforms AS platform, positions AS position, currencies AS currency,
        impressions AS each_impressions, clicks AS each_clicks, spend AS each_spend,
        started AS each_started, first_replies AS each_replies
    WHERE date >= toDate({first:UInt16}) AND date <= toDate({last:UInt16})
        AND account_id = {account:String} AND only_ad = ''
) AS found
LEFT ANY JOIN ads_now ON ads_now.ad_id = found.ad_id
ORDER BY date, ad_id, platform, position, currency
