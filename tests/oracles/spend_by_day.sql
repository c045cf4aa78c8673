-- What ads showed and cost in a range of days, by placement, as it was imported last, with the ads'
-- names of today. What a file told of an ad is no more once its account's day is known as a whole.
-- Parameters: first, last (days since 1970-01-01, both inclusive), account (empty: all; else only what that
-- account's days hold as they were read as a whole).
-- Columns: date (days since 1970-01-01), account_id, ad_id, ad_name, adset_id, adset_name, campaign_id,
-- campaign_name, platform, position, currency, impressions, clicks (null if unknown), spend (1/10,000 of
-- currency), started, first_replies (null if unknown).
WITH
    found AS
    (
        SELECT
            date, account_id, only_ad, ad_id, platform, position, currency,
            each_impressions AS impressions, each_clicks AS clicks, each_spend AS spend,
            each_started AS started, each_replies AS first_replies, version,
            max(version) OVER (PARTITION BY date, ad_id) AS newest
        FROM ad_days FINAL
        ARRAY JOIN
            ad_ids AS ad_id, platforms AS platform, positions AS position, currencies AS currency,
            impressions AS each_impressions, clicks AS each_clicks, spend AS each_spend,
            started AS each_started, first_replies AS each_replies
        WHERE date >= toDate({first:UInt16}) AND date <= toDate({last:UInt16})
            AND ({account:String} = '' OR account_id = {account:String} AND only_ad = '')
    ),
    named AS
    (
        SELECT
            found.date AS date,
            if(found.account_id != '', toString(found.account_id), toString(ads_now.account_id)) AS account_id,
            found.only_ad AS only_ad,
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
            found.first_replies AS first_replies,
            found.version AS version
        FROM found
        LEFT ANY JOIN ads_now ON ads_now.ad_id = found.ad_id
        WHERE found.version = found.newest
    ),
    whole AS
    (
        SELECT date, toString(account_id) AS account_id, max(version) AS version
        FROM ad_days
        WHERE only_ad = '' AND date >= toDate({first:UInt16}) AND date <= toDate({last:UInt16})
        GROUP BY date, account_id
    )
SELECT
    named.date AS date,
    named.account_id AS account_id,
    named.ad_id AS ad_id,
    named.ad_name AS ad_name,
    named.adset_id AS adset_id,
    named.adset_name AS adset_name,
    named.campaign_id AS campaign_id,
    named.campaign_name AS campaign_name,
    named.platform AS platform,
    named.position AS position,
    named.currency AS currency,
    named.impressions AS impressions,
    named.clicks AS clicks,
    named.spend AS spend,
    named.started AS started,
    named.first_replies AS first_replies
FROM named
LEFT ANY JOIN whole ON whole.date = named.date AND whole.account_id = named.account_id
WHERE named.only_ad = '' OR whole.version <= named.version
ORDER BY date, ad_id, platform, position, currency
