-- What entered through ads, by ad and day of a zone, to be laid beside what Meta counts; and first conversations
-- without a referral, which may be an ad's (ad_id is empty).
-- Parameters: from, to (milliseconds; to is exclusive), zone.
-- Columns: ad_id, date (days since 1970-01-01), opened (conversations), messaged (those in which the
-- person wrote), first (those that are the person's first), touches (entries by the ad), late (events by
-- the ad that came in more than an hour after their time).
SELECT
    toString(ad_id) AS ad_id,
    toUInt16(date) AS date,
    sum(is_opened) AS opened,
    sum(is_messaged) AS messaged,
    sum(is_first) AS first,
    sum(is_touch) AS touches,
    sum(is_late) AS late
FROM
(
    SELECT
        if(source = 'ad', toString(ad_id), '') AS ad_id,
        toDate(made.opened_at, {zone:String}) AS date,
        1 AS is_opened,
        toUInt64(depth >= 1) AS is_messaged,
        toUInt64(depth >= 1 AND number = 1) AS is_first,
        0 AS is_touch,
        0 AS is_late
    FROM conversations AS made FINAL
    WHERE made.opened_at >= fromUnixTimestamp64Milli({from:Int64})
        AND made.opened_at < fromUnixTimestamp64Milli({to:Int64})
        AND (source = 'ad' AND ad_id != '' OR source = 'organic' AND number = 1)
    UNION ALL
    SELECT
        toString(ad_id) AS ad_id,
        toDate(touchpoints.time, {zone:String}) AS date,
        0 AS is_opened,
        0 AS is_messaged,
        0 AS is_first,
        1 AS is_touch,
        0 AS is_late
    FROM touchpoints FINAL
    WHERE touchpoints.time >= fromUnixTimestamp64Milli({from:Int64})
        AND touchpoints.time < fromUnixTimestamp64Milli({to:Int64})
        AND source = 'ad' AND ad_id != ''
    UNION ALL
    SELECT
        ad_id,
        toDate(late.time, {zone:String}) AS date,
        0 AS is_opened,
        0 AS is_messaged,
        0 AS is_first,
        0 AS is_touch,
        1 AS is_late
    FROM
    (
        SELECT ad_id, time
        FROM events_by_person
        WHERE source = 'ad' AND ad_id != ''
            AND time >= fromUnixTimestamp64Milli({from:Int64})
            AND time < fromUnixTimestamp64Milli({to:Int64})
            AND received_at > time + INTERVAL 1 HOUR
        LIMIT 1 BY event_id
    ) AS late
)
GROUP BY ad_id, date
ORDER BY date, ad_id
