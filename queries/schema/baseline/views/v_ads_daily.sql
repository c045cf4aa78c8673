-- What ads cost, by day and ad, beside the conversations that they brought, for BI tools.
CREATE OR REPLACE VIEW v_ads_daily
(
    day Date COMMENT 'day: of what ads cost in the ad account''s zone, of conversations in that of the settings',
    account_id String COMMENT 'ad account; empty if unknown',
    campaign_id String COMMENT 'campaign',
    campaign String COMMENT 'its name',
    ad_set_id String COMMENT 'ad set',
    ad_set String COMMENT 'its name',
    ad_id String COMMENT 'ad',
    ad String COMMENT 'its name',
    currency String COMMENT 'ISO 4217, of spend; empty if nothing is known of it',
    impressions Nullable(Int64) COMMENT 'how often it was shown; null if unknown',
    clicks Nullable(Int64) COMMENT 'link clicks; null if unknown',
    spend Nullable(Decimal(18, 4)) COMMENT 'what it cost, in units of currency; null if unknown',
    started Nullable(Int64) COMMENT 'conversations started, as Meta counts them; null if unknown',
    opened Int64 COMMENT 'conversations that were opened',
    messaged Int64 COMMENT 'of those, in which the person wrote',
    answered Int64 COMMENT 'of those, that were answered',
    engaged Int64 COMMENT 'of those, in which the person went on after the answer',
    lead Int64 COMMENT 'of those, that became a lead',
    purchase Int64 COMMENT 'of those, that became a purchase'
)
AS
WITH
    told AS
    (
        SELECT
            date, account_id, only_ad, ad_id, currency,
            each_impressions AS impressions, each_clicks AS clicks, each_spend AS spend,
            each_started AS started, version,
            max(version) OVER (PARTITION BY date, ad_id) AS newest
        FROM ad_days FINAL
        ARRAY JOIN
            ad_ids AS ad_id, currencies AS currency, impressions AS each_impressions,
            clicks AS each_clicks, spend AS each_spend, started AS each_started
    ),
    whole AS
    (
        SELECT date, toString(account_id) AS account_id, max(version) AS version
        FROM ad_days
        WHERE only_ad = ''
        GROUP BY date, account_id
    ),
    -- What counts of an ad's day: see the question spend_by_day.
    named AS
    (
        SELECT
            told.date AS date,
            if(told.account_id != '', toString(told.account_id), toString(ads_now.account_id)) AS account_id,
            told.only_ad AS only_ad, told.ad_id AS ad_id, toString(told.currency) AS currency,
            told.impressions AS impressions, told.clicks AS clicks, told.spend AS spend,
            told.started AS started, told.version AS version
        FROM told
        LEFT ANY JOIN ads_now ON ads_now.ad_id = told.ad_id
        WHERE told.version = told.newest
    ),
    paid AS
    (
        SELECT
            named.date AS date, named.ad_id AS ad_id, named.currency AS currency,
            max(named.account_id) AS account_id,
            -- A sum of what is not known throughout is not known.
            if(countIf(isNull(named.impressions)) > 0, NULL, sum(named.impressions)) AS impressions,
            if(countIf(isNull(named.clicks)) > 0, NULL, sum(named.clicks)) AS clicks,
            sum(named.spend) AS spend,
            if(countIf(isNull(named.started)) > 0, NULL, sum(named.started)) AS started,
            -- Of an ad that is paid in several currencies one row tells its conversations.
            row_number() OVER (PARTITION BY date, ad_id ORDER BY currency) AS place
        FROM named
        LEFT ANY JOIN whole ON whole.date = named.date AND whole.account_id = named.account_id
        WHERE named.only_ad = '' OR whole.version <= named.version
        GROUP BY date, ad_id, currency
    ),
    came AS
    (
        SELECT
            v_funnel_daily.day AS date, toString(v_funnel_daily.ad_id) AS ad_id, 1 AS place,
            sum(v_funnel_daily.opened) AS opened,
            sum(v_funnel_daily.messaged) AS messaged,
            sum(v_funnel_daily.answered) AS answered,
            sum(v_funnel_daily.engaged) AS engaged,
            sum(v_funnel_daily.lead) AS lead,
            sum(v_funnel_daily.purchase) AS purchase
        FROM v_funnel_daily
        WHERE v_funnel_daily.source = 'ad' AND v_funnel_daily.ad_id != ''
        GROUP BY date, ad_id
    ),
    both AS
    (
        SELECT
            date, ad_id, account_id, currency, place, impressions, clicks, spend, started,
            0 AS opened, 0 AS messaged, 0 AS answered, 0 AS engaged, 0 AS lead, 0 AS purchase
        FROM paid
        UNION ALL
        SELECT
            date, ad_id, '' AS account_id, '' AS currency, place, NULL AS impressions, NULL AS clicks,
            NULL AS spend, NULL AS started, opened, messaged, answered, engaged, lead, purchase
        FROM came
    ),
    joined AS
    (
        SELECT
            both.date AS date, both.ad_id AS ad_id, max(both.account_id) AS account_id,
            max(both.currency) AS currency, max(both.impressions) AS impressions,
            max(both.clicks) AS clicks, max(both.spend) AS spend, max(both.started) AS started,
            sum(both.opened) AS opened, sum(both.messaged) AS messaged, sum(both.answered) AS answered, sum(both.engaged) AS engaged, sum(both.lead) AS lead, sum(both.purchase) AS purchase
        FROM both
        GROUP BY date, ad_id, both.place
    )
SELECT
    joined.date AS day,
    if(joined.account_id != '', joined.account_id, toString(ads_now.account_id)) AS account_id,
    ads_now.campaign_id AS campaign_id,
    ads_now.campaign_name AS campaign,
    ads_now.adset_id AS ad_set_id,
    ads_now.adset_name AS ad_set,
    joined.ad_id AS ad_id,
    ads_now.ad_name AS ad,
    joined.currency AS currency,
    joined.impressions AS impressions,
    joined.clicks AS clicks,
    joined.spend AS spend,
    joined.started AS started,
    joined.opened AS opened,
    joined.messaged AS messaged,
    joined.answered AS answered,
    joined.engaged AS engaged,
    joined.lead AS lead,
    joined.purchase AS purchase
FROM joined
LEFT ANY JOIN ads_now ON ads_now.ad_id = joined.ad_id
-- Whatever a client sets: Cube and dbt set the first.
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
COMMENT 'ads by day: spend beside the conversations that they brought'
