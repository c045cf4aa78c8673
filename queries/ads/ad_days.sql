-- What was imported of what ads showed and cost in a range of days: of each account's day as it was told last, whole or of
-- one ad; which of them counts is not decided here.
-- Parameters: first, last (days since 1970-01-01, both inclusive).
-- Columns: those of the table ad_days; days since 1970-01-01, spend in 1/10,000 of the currencies.
SELECT
    date, toString(account_id) AS account_id, only_ad, ad_ids,
    CAST(platforms, 'Array(String)') AS platforms,
    CAST(positions, 'Array(String)') AS positions,
    CAST(currencies, 'Array(String)') AS currencies,
    impressions, clicks, spend, started, first_replies, version
FROM ad_days FINAL
WHERE date >= toDate({first:UInt16}) AND date <= toDate({last:UInt16})
