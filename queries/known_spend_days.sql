-- Of which days it is known what an account's ads cost.
-- Parameters: first, last (days since 1970-01-01, both inclusive).
-- Columns: date (days since 1970-01-01), account_id (empty: of ads that a file told of), version (UTC
-- microseconds of the import; the latest).
SELECT date, if(only_ad = '', toString(account_id), '') AS account_id, max(version) AS version
FROM ad_days
WHERE date >= toDate({first:UInt16}) AND date <= toDate({last:UInt16})
GROUP BY date, account_id
ORDER BY date, account_id
