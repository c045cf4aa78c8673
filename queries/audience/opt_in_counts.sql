-- Opt-ins and stops of notifications in a range, each event once.
-- Parameters: from, to (milliseconds; to is exclusive). Columns: opt_ins, stops.
SELECT
    uniqExactIf(event_id, kind = 'opt_in') AS opt_ins,
    uniqExactIf(event_id, kind = 'other') AS stops
FROM events_by_person
WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
    AND (kind = 'opt_in' OR kind = 'other' AND name = 'notification_messages_stop')
