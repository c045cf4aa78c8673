-- People's first conversations in a range, by Page, and how many of them came without a referral.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: page_id, threads, without_referral.
SELECT
    toString(page_id) AS page_id,
    count() AS threads,
    countIf(source = 'organic') AS without_referral
FROM conversations FINAL
WHERE conversations.opened_at >= fromUnixTimestamp64Milli({from:Int64})
    AND conversations.opened_at < fromUnixTimestamp64Milli({to:Int64})
    AND number = 1
GROUP BY page_id
ORDER BY threads DESC, page_id
