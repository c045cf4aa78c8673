-- Everybody's events of some months: a row a person and month, a person's rows one after the other.
-- Parameters: from_month, to_month (dates; to_month is exclusive), excluded (people who do not count: page/person), has_ids
-- (whether it matters who people are).
-- Columns: person (a hash), page_id, person_id (empty without has_ids), begin (of the month, ms), times (ms since then),
-- classes.
SELECT
    cityHash64(page, id) AS person,
    if({has_ids:Bool}, toString(page), '') AS page_id,
    if({has_ids:Bool}, id, '') AS person_id,
    toInt64(toUnixTimestamp(month, 'UTC')) * 1000 AS begin,
    times,
    classes
FROM
(
    SELECT page_id AS page, person_id AS id, month, times, classes
    FROM sequences FINAL
    WHERE month >= {from_month:Date} AND month < {to_month:Date}
        AND (empty({excluded:Array(String)})
            OR concat(page_id, '/', person_id) NOT IN {excluded:Array(String)})
)
ORDER BY page, id, month
