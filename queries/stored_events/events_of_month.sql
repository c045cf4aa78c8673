-- Stored events of a month that came in by webhooks, every row of each, from one on in the order of the table: whole, so
-- that they can be written again.
-- Parameters: month (YYYYMM), page, person, time (ms), event (the last one that is not wanted), rows.
-- Columns: all of events_by_person.
SELECT
    event_id, channel, page_id, person_id, time, time_origin, place, received_at, kind, name, mid, payload, text, app_id,
    persona_id, tag, source, source_name, ref, ad_id, ad_title, post_id, referer_uri, ctwa_clid, charged_as, read_upto, value,
    currency, raw, version
FROM events_by_person
WHERE toYYYYMM(time) = {month:UInt32} AND kind != 'conversion' AND raw != ''
    -- As the primary key can use it; a tuple alone would read all that comes before.
    AND (page_id > {page:String} OR page_id = {page:String} AND person_id >= {person:String})
    AND (page_id, person_id, time, event_id)
        > ({page:String}, {person:String}, fromUnixTimestamp64Milli({time:Int64}, 'UTC'), {event:UUID})
ORDER BY page_id, person_id, time, event_id
LIMIT {rows:UInt64} WITH TIES
