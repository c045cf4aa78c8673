-- Opt-ins to notifications, and stops, in time: what the opted-in audience is made of. Everything up to
-- the end of a range, because who opted in before it may still be in it.
-- Parameters: to (milliseconds, exclusive).
-- Columns: page_id, person_id, topic (of marketing messages the payload; one-time requests have each a
-- topic of their own), time (ms), is_in (1: opted in or resumed, 0: stopped), is_one_time, expires_at
-- (ms; 0 if it does not tell).
SELECT
    toString(page_id) AS page_id,
    person_id,
    if(is_one_time = 1, concat('one-time ', JSONExtractString(raw, 'optin', 'one_time_notif_token')),
        JSONExtractString(raw, 'optin', 'payload')) AS topic,
    toUnixTimestamp64Milli(found.time) AS time,
    toUInt32(kind = 'opt_in') AS is_in,
    toUInt32(source_name = 'one_time_notif_req') AS is_one_time,
    toInt64OrZero(replaceAll(JSONExtractRaw(raw, 'optin', 'token_expiry_timestamp'), '"', '')) AS expires_at
FROM
(
    SELECT page_id, person_id, time, place, event_id, kind, name, source, source_name, raw
    FROM events_by_person
    WHERE time < fromUnixTimestamp64Milli({to:Int64})
        AND (kind = 'opt_in' AND source_name IN ('one_time_notif_req', 'notification_messages')
            OR name = 'notification_messages_stop')
    ORDER BY version DESC
    LIMIT 1 BY event_id
) AS found
ORDER BY page_id, person_id, topic, time, place, event_id
