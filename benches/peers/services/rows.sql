-- The rows that the funnel in pandas is made of.
SELECT page_id, person_id, time, kind, payload, source
FROM events
WHERE kind IN ('message', 'postback', 'referral', 'opt_in', 'echo')
    AND time >= fromUnixTimestamp64Milli({since:Int64})
    AND time < fromUnixTimestamp64Milli({until:Int64})
