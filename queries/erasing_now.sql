-- Whom the deletions are about, and when their events were.
-- Columns: person_id, first and last (UTC ms; 0 without events), events.
SELECT
    person_id,
    ifNull(min(at), 0) AS first,
    ifNull(max(at), 0) AS last,
    count(at) AS events
FROM
(
    SELECT person_id, toNullable(toUnixTimestamp64Milli(time)) AS at
    FROM events_by_person
    WHERE (page_id, person_id) IN (SELECT page_id, person_id FROM erasing)
    UNION ALL
    SELECT person_id, CAST(NULL AS Nullable(Int64)) AS at FROM erasing
)
GROUP BY person_id
ORDER BY person_id
