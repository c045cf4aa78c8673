-- Of which days it is known what an account's ads cost, or some of them.
-- Parameters: first, last (days since 1970-01-01, both inclusive).
-- Columns: date (days since 1970-01-01), account_id (empty if a file did not tell it), is_whole (known of
-- all of the account's ads), version (UTC microseconds of the import; the latest).
SELECT date, toString(account_id) AS account_id, only_ad = '' AS is_whole, max(version) AS version
FROM ad_days
WHERE date >= toDate({first:UInt16}) AND date <= toDate({last:UInt16})
GROUP BY date, account_id, is_whole
ORDER BY date, account_id, is_whole
