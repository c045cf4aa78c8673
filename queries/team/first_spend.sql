-- On which days of a range campaigns, and ads of campaigns that ran already, cost money for the first time. What costs
-- money on the first day of which anything of its account is known may have begun before, and is left out.
-- Parameters: first, last (days since 1970-01-01, both inclusive).
-- Columns: day (days since 1970-01-01), kind (campaign or ad), many (how many began), names (three of them, by name; the
-- id where none is known).
WITH
    found AS
    (
        SELECT
            date, toString(ad_days.account_id) AS account_id, only_ad, ad_id, each_spend, version,
            max(version) OVER (PARTITION BY date, ad_id) AS newest
        FROM ad_days FINAL
        ARRAY JOIN ad_ids AS ad_id, spend AS each_spend
        WHERE date <= toDate({last:UInt16})
    ),
    named AS
    (
        SELECT
            found.date AS date,
            if(found.account_id != '', found.account_id, ads_now.account_id) AS account_id,
            found.only_ad AS only_ad,
            found.ad_id AS ad_id,
            if(ads_now.ad_name != '', ads_now.ad_name, found.ad_id) AS ad_name,
            if(ads_now.campaign_id != '', ads_now.campaign_id, ads_now.campaign_name) AS campaign,
            if(ads_now.campaign_name != '', ads_now.campaign_name, ads_now.campaign_id) AS campaign_name,
            found.version AS version
        FROM found
        LEFT ANY JOIN ads_now ON ads_now.ad_id = found.ad_id
        WHERE found.version = found.newest AND found.each_spend > 0
    ),
    whole AS
    (
        SELECT date, toString(account_id) AS account_id, max(version) AS version
        FROM ad_days
        WHERE only_ad = '' AND date <= toDate({last:UInt16})
        GROUP BY date, account_id
    ),
    paid AS
    (
        SELECT
            named.ad_id AS ad_id,
            any(named.ad_name) AS ad_name,
            any(named.campaign) AS campaign,
            any(named.campaign_name) AS campaign_name,
            any(named.account_id) AS account_id,
            min(named.date) AS began
        FROM named
        LEFT ANY JOIN whole ON whole.date = named.date AND whole.account_id = named.account_id
        WHERE named.only_ad = '' OR whole.version <= named.version
        GROUP BY named.ad_id
    ),
    known AS
    (
        SELECT account_id, min(date) AS since
        FROM (SELECT toString(account_id) AS account_id, date FROM ad_days)
        GROUP BY account_id
    ),
    ads_begun AS
    (
        SELECT
            paid.ad_name AS ad_name, paid.campaign AS campaign, paid.campaign_name AS campaign_name,
            paid.began AS began,
            min(paid.began) OVER (PARTITION BY paid.campaign) AS campaign_began,
            -- A file may not tell the account of its ads.
            if(known.since > toDate(0), known.since, paid.began) AS since
        FROM paid
        LEFT ANY JOIN known ON known.account_id = paid.account_id
    )
SELECT day, kind, uniqExact(what) AS many, arraySlice(arraySort(groupUniqArray(called)), 1, 3) AS names
FROM
(
    SELECT campaign_began AS day, 'campaign' AS kind, campaign AS what, campaign_name AS called, since
    FROM ads_begun
    WHERE campaign != '' AND began = campaign_began
    UNION ALL
    SELECT began AS day, 'ad' AS kind, ad_name AS what, ad_name AS called, since
    FROM ads_begun
    WHERE campaign = '' OR began > campaign_began
)
WHERE day > since AND day >= toDate({first:UInt16}) AND day <= toDate({last:UInt16})
GROUP BY day, kind
ORDER BY day, kind DESC
