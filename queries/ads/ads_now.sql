-- What all ads, their ad sets and campaigns are called. Columns: those of the view ads_now.
SELECT
    ad_id, toString(account_id) AS account_id, ad_name, adset_id, adset_name, campaign_id, campaign_name,
    toString(currency) AS currency
FROM ads_now
