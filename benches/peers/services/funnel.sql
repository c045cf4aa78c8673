-- A funnel by hand over a rival's table: per person, by the person's first source. It knows no
-- conversations, no second delivery, and no lead or purchase that ended an earlier conversation.
-- Columns: source, persons who reached opened, answered, engaged, lead, purchase.
SELECT
    source,
    countIf(level >= 1) AS opened,
    countIf(level >= 2) AS answered,
    countIf(level >= 3) AS engaged,
    countIf(level >= 4) AS lead,
    countIf(level >= 5) AS purchase
FROM
(
    SELECT
        argMinIf(source, time, kind IN ('message', 'postback', 'referral', 'opt_in')) AS source,
        windowFunnel(2419200000)(
            toUInt64(toUnixTimestamp64Milli(time)),
            kind IN ('message', 'postback', 'referral', 'opt_in'),
            kind = 'echo',
            kind IN ('message', 'postback'),
            is_lead,
            payload LIKE 'PURCHASE:%'
        ) AS level
    FROM
    (
        SELECT
            page_id, person_id, time, kind, payload, source,
            payload LIKE 'LEAD%' OR (kind = 'message' AND payload LIKE '+%') AS is_lead
        FROM events
        WHERE kind IN ('message', 'postback', 'referral', 'opt_in', 'echo')
            AND time >= fromUnixTimestamp64Milli({since:Int64})
            AND time < fromUnixTimestamp64Milli({until:Int64})
    )
    GROUP BY page_id, person_id
)
WHERE level >= 1
GROUP BY source
ORDER BY source
