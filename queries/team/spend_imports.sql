-- Files by which spend was imported in a range of time, as far as what they told still counts.
-- Parameters: from, to (UTC microseconds; to is exclusive).
-- Columns: imported_at (UTC microseconds), ad_days (days of ads that it told), first, last (of these days, days since
-- 1970-01-01).
SELECT version AS imported_at, count() AS ad_days, min(date) AS first, max(date) AS last
FROM ad_days FINAL
WHERE only_ad != '' AND version >= {from:UInt64} AND version < {to:UInt64}
GROUP BY version
ORDER BY version
