-- The classes of events that matter to a custom funnel.
-- steps and gaps stand for sums of custom_funnel_match.
-- Parameters: from_month, to_month (dates; to_month is exclusive), most (how many at most), those of the matchers.
-- Columns: class, steps and gaps (bits, as in custom_funnel_events).
SELECT class, toUInt32(any(met)) AS steps, toUInt32(any(excluded)) AS gaps
FROM
(
    SELECT class, assumeNotNull(<<steps>>) AS met, assumeNotNull(<<gaps>>) AS excluded
    FROM
    (
        SELECT *, '' AS text, toDecimal64(0, 4) AS value
        FROM event_classes
        WHERE month >= {from_month:Date} AND month < {to_month:Date}
    )
    WHERE met != 0 OR excluded != 0
)
GROUP BY class
LIMIT {most:UInt64}
