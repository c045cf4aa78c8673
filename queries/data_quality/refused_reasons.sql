-- Why items of a range were refused and are not understood yet, most frequent first.
-- Parameters: from, to (milliseconds, when they came in; to is exclusive).
-- Columns: reason, items.
SELECT reason, uniqExact(refusal_id) AS items
FROM quarantine
WHERE received_at >= fromUnixTimestamp64Milli({from:Int64}) AND received_at < fromUnixTimestamp64Milli({to:Int64})
    AND refusal_id NOT IN (SELECT refusal_id FROM quarantine WHERE replayed_at > 0)
GROUP BY reason
ORDER BY items DESC, reason
LIMIT 50
