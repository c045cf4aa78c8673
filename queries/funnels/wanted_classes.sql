-- The classes of events that matter to a custom funnel.
-- steps and gaps stand for sums of custom_funnel_match.
-- Parameters: from_month, to_month (dates; to_month is exclusive), most (how many at most), those of the matchers.
-- Columns: class, steps and gaps (bits, as in custom_funnel_events).
SELECT DISTINCT class, toUInt32(<<steps>>) AS steps, toUInt32(<<gaps>>) AS gaps
FROM event_classes
WHERE month >= {from_month:Date} AND month < {to_month:Date}
    AND (steps != 0 OR gaps != 0)
LIMIT {most:UInt64}
