-- What became of conversions that Meta is told of, the latest first.
-- Parameters: from, to (milliseconds of the conversion; to is exclusive), status (empty: any),
-- after_time (ms), after_id (the row behind which to begin), limit, offset.
-- Columns: event_id, event_name, page_id, person_id, time (ms), status, reason, trace, told_at (ms).
SELECT
    event_id,
    toString(event_name) AS event_name,
    toString(page_id) AS page_id,
    person_id,
    toUnixTimestamp64Milli(feedback.time) AS time,
    toString(status) AS status,
    reason,
    trace,
    toInt64(intDiv(version, 1000)) AS told_at
FROM feedback FINAL
WHERE feedback.time >= fromUnixTimestamp64Milli({from:Int64})
    AND feedback.time < fromUnixTimestamp64Milli({to:Int64})
    AND ({status:String} = '' OR status = {status:String})
    AND (toUnixTimestamp64Milli(feedback.time) < {after_time:Int64}
        OR toUnixTimestamp64Milli(feedback.time) = {after_time:Int64} AND event_id > {after_id:String})
ORDER BY time DESC, event_id
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
