-- What the creatives of ads are called, of conversations opened in a range.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: ad_id, ad_title, titled_at (ms: when it was seen last).
SELECT
    toString(ad_id) AS ad_id,
    toString(ad_title) AS ad_title,
    toUnixTimestamp64Milli(max(conversations.opened_at)) AS titled_at
FROM conversations
WHERE conversations.opened_at >= fromUnixTimestamp64Milli({from:Int64})
    AND conversations.opened_at < fromUnixTimestamp64Milli({to:Int64})
    AND ad_title != ''
GROUP BY ad_id, ad_title
