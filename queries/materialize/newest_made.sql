-- The highest version of what was made of events: 0 if nothing was made.
-- Columns: version.
SELECT max(newest) AS version
FROM
(
    SELECT max(version) AS newest FROM people
    UNION ALL
    SELECT max(version) FROM conversations
    UNION ALL
    SELECT max(version) FROM touchpoints
    UNION ALL
    SELECT max(version) FROM conversions
)
