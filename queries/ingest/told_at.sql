-- What was told of some people at some instants: taps, messages and what they were converted to, every row of each, whole, so
-- that they can be written again.
-- Parameters: pages, people, times (ms): lists of one length.
-- Columns: all of events_by_person.
SELECT
    event_id, channel, page_id, person_id, time, time_origin, place, received_at, kind, name, mid, payload, text, app_id,
    persona_id, tag, source, source_name, ref, ad_id, ad_title, post_id, referer_uri, ctwa_clid, charged_as, read_upto, value,
    currency, raw, version
FROM events_by_person
WHERE (page_id, person_id, time) IN
    (
        SELECT each.1, each.2, fromUnixTimestamp64Milli(each.3, 'UTC')
        FROM
        (
            SELECT arrayJoin(arrayZip({pages:Array(String)}, {people:Array(String)}, {times:Array(Int64)})) AS each
        )
    )
    AND kind IN ('postback', 'message', 'conversion')
