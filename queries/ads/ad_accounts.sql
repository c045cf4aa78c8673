-- Ad accounts that have been read. Columns: those of the table ad_accounts.
SELECT account_id, name, currency, time_zone, version FROM ad_accounts FINAL ORDER BY account_id
