-- Pages, accounts and numbers with conversations that the Graph API has not named since some time.
-- Parameters: since (UTC microseconds). Columns: page_id, channel.
SELECT toString(conversations.page_id) AS page_id, toString(any(conversations.channel)) AS channel
FROM conversations
WHERE toString(conversations.page_id) NOT IN
    (SELECT page_names.page_id FROM page_names WHERE origin = 'graph' AND version >= {since:UInt64})
GROUP BY page_id
ORDER BY page_id
LIMIT 500
