-- Who writes again: people by the week of their first act, and how many of them acted in each week after
-- it. Weeks begin on Monday, in a zone. Of sequences, in which whoever has several names is one person.
-- sequences_whole stands for the file of that name.
-- Parameters: from, to (milliseconds; to is exclusive: of the first acts, and of the acts), from_month, to_month (dates;
-- to_month is exclusive), zone.
-- Columns: cohort (the Monday, days since 1970), week (0: the first), people (who acted in that week),
-- size (people in the cohort).
WITH
    firsts AS
    (
        SELECT page_id, person_id, toMonday(fromUnixTimestamp64Milli(opened[1]), {zone:String}) AS cohort
        FROM
        (
            SELECT page_id, person_id, opened
            FROM people
            ORDER BY version DESC
            LIMIT 1 BY page_id, person_id
        )
        WHERE notEmpty(opened) AND opened[1] >= {from:Int64} AND opened[1] < {to:Int64}
    ),
    sizes AS (SELECT cohort, count() AS size FROM firsts GROUP BY cohort),
    acts AS
    (
        SELECT page_id, person_id, groupUniqArray(toMonday(fromUnixTimestamp64Milli(time), {zone:String})) AS weeks
        FROM
        (
            SELECT page_id, person_id, toUnixTimestamp(month, 'UTC') * 1000 AS begin, times, classes
            FROM sequences FINAL
            WHERE month >= {from_month:Date} AND month < {to_month:Date}
        )
        ARRAY JOIN arrayMap(since -> toInt64(begin + since), times) AS time, classes AS class
        WHERE time >= {from:Int64} AND time < {to:Int64}
            AND class IN
            (
                SELECT class
                FROM event_classes
                WHERE month >= {from_month:Date} AND month < {to_month:Date}
                    AND kind IN ('message', 'postback', 'referral', 'opt_in')
            )
        GROUP BY page_id, person_id
    )
SELECT
    toInt32(counted.cohort) AS cohort,
    toUInt32(counted.week) AS week,
    counted.people AS people,
    sizes.size AS size
FROM
(
    SELECT cohort, intDiv(monday - cohort, 7) AS week, count() AS people
    FROM
    (
        SELECT firsts.cohort AS cohort, acts.weeks AS weeks
        FROM acts
        INNER JOIN firsts ON firsts.page_id = acts.page_id AND firsts.person_id = acts.person_id
    )
    ARRAY JOIN weeks AS monday
    GROUP BY cohort, week
) AS counted
INNER JOIN sizes ON sizes.cohort = counted.cohort
WHERE counted.week >= 0 AND <<sequences_whole>>
ORDER BY cohort, week
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow'
