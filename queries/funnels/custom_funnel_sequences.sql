-- The events that matter to a custom funnel, each once: a row a person who has one of the first step's. Of sequences, where
-- the classes of events say all that the funnel asks.
-- steps and gaps stand for sums of custom_funnel_match, wide for UInt64 or UInt128.
-- Parameters: from_month, to_month (dates; to_month is exclusive), and those of custom_funnel_events.
-- Columns: those of custom_funnel_events, where a place in the sequence stands for the place in the delivery.
WITH
(
    -- Without any class transform would have nothing to look for.
    SELECT (arrayPushBack(groupArray(class), 0), arrayPushBack(groupArray(mask), 0))
    FROM
    (
        SELECT class, any(toUInt64(<<steps>>) + bitShiftLeft(toUInt64(<<gaps>>), 32)) AS mask
        FROM
        (
            SELECT *, '' AS text, CAST(NULL, 'Nullable(Decimal(18, 4))') AS value
            FROM event_classes
            WHERE month >= {from_month:Date} AND month < {to_month:Date}
        )
        GROUP BY class
        HAVING mask != 0
    )
) AS wanted
SELECT
    if({has_ids:Bool}, toString(page), '') AS page_id,
    if({has_ids:Bool}, person, '') AS person_id,
    groupArray(event) AS events
FROM
(
    SELECT
        page_id AS page, person_id AS person,
        transform(class, wanted.1, wanted.2, toUInt64(0)) AS mask,
        toUInt32(bitAnd(mask, 4294967295)) AS met,
        bitShiftLeft(to<<wide>>(time - {from:Int64}), {time_at:UInt8})
            + bitShiftLeft(to<<wide>>(least(place, 1048575)), {place_at:UInt8})
            + bitShiftLeft(to<<wide>>(bitShiftRight(mask, 32)), {gaps_at:UInt8})
            + to<<wide>>(met) AS event
    FROM
    (
        SELECT page_id, person_id, times, classes
        FROM sequences FINAL
        WHERE month >= {from_month:Date} AND month < {to_month:Date}
            AND (empty({excluded:Array(String)})
                OR concat(page_id, '/', person_id) NOT IN {excluded:Array(String)})
    )
    ARRAY JOIN times AS time, classes AS class, arrayEnumerate(times) AS place
    WHERE time >= {from:Int64} AND time < {until:Int64} AND mask != 0
)
GROUP BY page, person
HAVING {is_any:Bool} OR bitAnd(groupBitOr(met), 1) = 1
