-- Who writes again: people by the week of their first act, and how many of them acted in each week after
-- it. Weeks begin on Monday, in a zone.
-- Parameters: from, to (milliseconds; to is exclusive: of the first acts, and of the acts), zone.
-- Columns: cohort (the Monday, days since 1970), week (0: the first), people (who acted in that week),
-- size (people in the cohort).
WITH
    known AS (SELECT page_id, alias, person_id FROM aliases FINAL),
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
    sizes AS (SELECT cohort, count() AS size FROM firsts GROUP BY cohort)
SELECT
    toInt32(counted.cohort) AS cohort,
    toUInt32(counted.week) AS week,
    counted.people AS people,
    sizes.size AS size
FROM
(
    SELECT
        firsts.cohort AS cohort,
        intDiv(toMonday(acts.time, {zone:String}) - firsts.cohort, 7) AS week,
        uniqExact(acts.page_id, acts.person_id) AS people
    FROM
    (
        -- Under whichever of their names they act.
        SELECT
            told.page_id AS page_id, if(known.person_id = '', told.person_id, known.person_id) AS person_id,
            told.time AS time
        FROM
        (
            SELECT page_id, person_id, time
            FROM events_by_person
            WHERE time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
                AND kind IN ('message', 'postback', 'referral', 'opt_in')
        ) AS told
        LEFT JOIN known ON known.page_id = told.page_id AND known.alias = told.person_id
    ) AS acts
    INNER JOIN firsts ON firsts.page_id = acts.page_id AND firsts.person_id = acts.person_id
    GROUP BY cohort, week
) AS counted
INNER JOIN sizes ON sizes.cohort = counted.cohort
WHERE counted.week >= 0
ORDER BY cohort, week
-- On a cluster each shard asks for itself.
SETTINGS distributed_product_mode = 'allow'
