-- What ads cost in a range of days, as it was imported last.
-- Parameters: first, last (days since 1970-01-01, both inclusive).
-- Columns: those of the table spend; date in days since 1970-01-01, spend in 1/10,000 of currency.
SELECT
    date, ad_id, toString(currency) AS currency, ad_name, adset_name, campaign_name, impressions,
    clicks, spend, version
FROM spend
WHERE date >= toDate({first:UInt16}) AND date <= toDate({last:UInt16})
ORDER BY date, ad_id, currency, version DESC
LIMIT 1 BY date, ad_id, currency
