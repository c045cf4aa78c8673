-- Events, each once, for BI tools. A range of times reaches the table for all but the events whose rows may have several
-- times. Neither message text nor raw JSON nor contacts are shown: the table that holds them is read in the name
-- of who made the view.
CREATE OR REPLACE VIEW v_events
(
    day Date COMMENT 'day of the event, in the time zone of the settings',
    time DateTime64(3, 'UTC') COMMENT 'when it happened',
    event_id UUID COMMENT 'identity: the same for every delivery of one event',
    channel LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    page_id LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String COMMENT 'PSID or IGSID; number or user id on WhatsApp; user_ref:... while only a plugin knows the person',
    time_origin LowCardinality(String) COMMENT 'where time is from: event, entry (webhook entry), receipt, or clamped (receipt, because its own is impossible)',
    place UInt32 COMMENT 'place in its delivery: orders events of one millisecond',
    received_at DateTime64(3, 'UTC') COMMENT 'when it came in',
    kind LowCardinality(String) COMMENT 'message, echo, postback, referral, opt_in, delivery, read, conversion, other',
    name LowCardinality(String) COMMENT 'wire name of an other event; goal of a conversion',
    mid String COMMENT 'message id of Meta',
    payload String COMMENT 'payload of a postback or quick reply; (contact) for a phone number or e-mail address',
    app_id LowCardinality(String) COMMENT 'app that sent an echo',
    persona_id LowCardinality(String) COMMENT 'persona that an echo was sent as',
    tag LowCardinality(String) COMMENT 'message tag that an echo was sent under',
    source LowCardinality(String) COMMENT 'entry point: ad, link, qr, ...; empty if the event carries none',
    source_name LowCardinality(String) COMMENT 'the entry point on the wire: ADS, SHORTLINK, ...',
    ref String COMMENT 'referral parameter as it came',
    ad_id String COMMENT 'ad of the referral',
    ad_title String COMMENT 'title of the ad''s creative',
    post_id String COMMENT 'post of the ad or the comment',
    referer_uri String COMMENT 'page the visitor was on (chat plugin)',
    ctwa_clid String COMMENT 'Meta''s id of the click on an ad that opens a chat on WhatsApp',
    value Nullable(Decimal(18, 4)) COMMENT 'what a conversion was worth, in units of currency',
    currency LowCardinality(String) COMMENT 'ISO 4217; empty without value'
)
SQL SECURITY DEFINER
AS
SELECT
    toDate(found.time, assumeNotNull((SELECT time_zone FROM settings_now))) AS day,
    found.time AS time,
    found.event_id AS event_id,
    found.channel AS channel,
    found.page_id AS page_id,
    if(known.person_id = '', found.person_id, known.person_id) AS person_id,
    found.time_origin AS time_origin,
    found.place AS place,
    found.received_at AS received_at,
    found.kind AS kind,
    found.name AS name,
    found.mid AS mid,
    -- A phone number or an address that somebody shared as a quick reply.
    if(found.kind = 'message' AND match(found.payload, '^([^@ ]+@[^@ ]+[.][^@ ]+|[+ ().0-9/-]*[0-9]{3}[+ ().0-9/-]*)$'),
        '(contact)', found.payload) AS payload,
    found.app_id AS app_id,
    found.persona_id AS persona_id,
    found.tag AS tag,
    found.source AS source,
    found.source_name AS source_name,
    found.ref AS ref,
    found.ad_id AS ad_id,
    found.ad_title AS ad_title,
    found.post_id AS post_id,
    found.referer_uri AS referer_uri,
    found.ctwa_clid AS ctwa_clid,
    found.value AS value,
    found.currency AS currency
FROM
(
    -- Of most events all rows have one key, and a range of times reads no more than that.
    SELECT
        time, event_id, channel, page_id, person_id, time_origin, place, received_at, kind,
        name, mid, payload, app_id, persona_id, tag, source, source_name, ref, ad_id,
        ad_title, post_id, referer_uri, ctwa_clid, value, currency
    FROM events_by_person FINAL
    WHERE time_origin NOT IN ('receipt', 'clamped') AND channel != 'whatsapp' AND kind != 'conversion'
        AND name != 'messaging_in_thread_lead_form_submit'
    UNION ALL
    -- On WhatsApp what was stored under a number is told again under an id, with the same time: a range reaches them too.
    SELECT
        time, event_id, channel, page_id, person_id, time_origin, place, received_at, kind,
        name, mid, payload, app_id, persona_id, tag, source, source_name, ref, ad_id,
        ad_title, post_id, referer_uri, ctwa_clid, value, currency
    FROM
    (
        SELECT
            time, event_id, channel, page_id, person_id, time_origin, place, received_at, kind,
            name, mid, payload, app_id, persona_id, tag, source, source_name, ref, ad_id,
            ad_title, post_id, referer_uri, ctwa_clid, value, currency
        FROM events_by_person
        WHERE time_origin NOT IN ('receipt', 'clamped') AND channel = 'whatsapp' AND kind NOT IN ('echo', 'conversion')
            AND name != 'call_missed'
        ORDER BY version DESC
        LIMIT 1 BY event_id, time
    )
    UNION ALL
    -- Rows whose times may differ: of receipt, several statuses of one answer on WhatsApp, what is told of calls and forms
    -- more than once, and what that is converted to. They are read whole, whatever is asked for.
    SELECT
        time, event_id, channel, page_id, person_id, time_origin, place, received_at, kind,
        name, mid, payload, app_id, persona_id, tag, source, source_name, ref, ad_id,
        ad_title, post_id, referer_uri, ctwa_clid, value, currency
    FROM
    (
        SELECT
            time, event_id, channel, page_id, person_id, time_origin, place, received_at, kind,
            name, mid, payload, app_id, persona_id, tag, source, source_name, ref, ad_id,
            ad_title, post_id, referer_uri, ctwa_clid, value, currency
        FROM events_by_person
        WHERE time_origin IN ('receipt', 'clamped') OR kind = 'conversion' OR channel = 'whatsapp' AND kind = 'echo'
            OR name IN ('messaging_in_thread_lead_form_submit', 'call_missed')
        ORDER BY version DESC
        LIMIT 1 BY event_id
    )
) AS found
-- Whoever is known by several names is shown under one, as in the other views.
LEFT ANY JOIN (SELECT page_id, alias, person_id FROM aliases FINAL) AS known
    ON known.page_id = found.page_id AND known.alias = found.person_id
-- A conversion that was taken back has no name, an echo that never arrived is called failed.
WHERE NOT (found.kind = 'conversion' AND found.name = '') AND NOT (found.kind = 'echo' AND found.name = 'failed')
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
COMMENT 'events, one a row, without message text'
;
