-- What Meta did to a Page in a range: policy enforcement, each once, the latest first.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: time (ms), page_id, action (block, warning, unblock), reason.
SELECT
    toUnixTimestamp64Milli(found.time) AS time,
    toString(page_id) AS page_id,
    if(action != '', action, JSONExtractString(raw, 'policy-enforcement', 'action')) AS action,
    if(reason != '', reason, JSONExtractString(raw, 'policy-enforcement', 'reason')) AS reason
FROM
(
    SELECT
        time, page_id, raw,
        JSONExtractString(raw, 'policy_enforcement', 'action') AS action,
        JSONExtractString(raw, 'policy_enforcement', 'reason') AS reason
    FROM events_by_person
    WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
        AND kind = 'other' AND name = 'policy_enforcement'
    LIMIT 1 BY event_id
) AS found
ORDER BY time DESC, page_id
LIMIT 100
