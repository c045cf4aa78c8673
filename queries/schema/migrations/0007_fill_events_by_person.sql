-- What the table of version 1 holds. Twice changes nothing: an event has one id.
INSERT INTO events_by_person
(
    event_id, channel, page_id, person_id, time, time_origin, place, received_at, kind, name,
    mid, payload, text, app_id, source, source_name, ref, ad_id, ad_title, post_id, referer_uri,
    value, currency, raw, version
)
SELECT
    event_id, channel, page_id, person_id, time, time_origin, place, received_at, kind, name,
    mid, payload, text, app_id, source, source_name, ref, ad_id, ad_title, post_id, referer_uri,
    value, currency, raw, version
FROM events
SETTINGS max_partitions_per_insert_block = 0
