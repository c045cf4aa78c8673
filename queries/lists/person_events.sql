-- What one person did and what the business did in their thread, each event once, in order.
-- Parameters: page, names (all by which the Page knows the person), limit (events at most; the latest stay).
-- Columns: time (ms), kind, name, source, source_name, ref, ad_id, ad_title, payload, value (in units
-- of currency; null if none), currency.
SELECT
    time, kind, name, source, source_name, ref, ad_id, ad_title, payload, value, currency
FROM
(
    SELECT
        toUnixTimestamp64Milli(found.time) AS time,
        toString(kind) AS kind,
        toString(name) AS name,
        toString(source) AS source,
        toString(source_name) AS source_name,
        ref,
        ad_id,
        ad_title,
        payload,
        toFloat64(value) AS value,
        toString(currency) AS currency,
        place,
        event_id
    FROM
    (
        SELECT *
        FROM events_by_person
        WHERE page_id = {page:String} AND person_id IN {names:Array(String)}
        ORDER BY version DESC
        LIMIT 1 BY event_id
    ) AS found
    -- A conversion that was taken back has no name.
    WHERE NOT (found.kind = 'conversion' AND found.name = '')
    ORDER BY found.time DESC, place DESC, event_id DESC
    LIMIT {limit:UInt64}
)
ORDER BY time, place, event_id
