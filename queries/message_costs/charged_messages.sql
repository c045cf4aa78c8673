-- Messages that WhatsApp charges for, delivered to people in conversations that were opened in a range: from a
-- conversation's opening until the person's next one, within 28 days.
-- Parameters: from, to (milliseconds; to is exclusive), window (28 days in milliseconds), zone.
-- stored_source stands for the file of that name.
-- Columns: page_id, source (see stored_source), ref, clicked (the link of its click), ad_id, opened_at (ms: start of the day of the opening), business_account (empty if it is not
-- known whose number it is), country, category, month (of the delivery, such as 202611), messages.
WITH
    told AS
    (
        -- Several statuses tell of one message.
        SELECT page_id, person_id, mid, min(events_by_person.time) AS delivered_at, min(charged_as) AS category
        FROM events_by_person
        WHERE charged_as != '' AND person_id != ''
            AND events_by_person.time >= fromUnixTimestamp64Milli({from:Int64})
            AND events_by_person.time < fromUnixTimestamp64Milli({to:Int64} + {window:Int64} + 1)
        GROUP BY page_id, person_id, mid
    ),
    known AS (SELECT page_id, alias, person_id FROM aliases FINAL),
    sent AS
    (
        SELECT
            told.page_id AS page_id,
            if(known.person_id = '', told.person_id, known.person_id) AS person_id,
            told.mid AS mid,
            min(told.delivered_at) AS delivered_at,
            min(told.category) AS category
        FROM told
        LEFT JOIN known ON known.page_id = told.page_id AND known.alias = told.person_id
        GROUP BY page_id, person_id, mid
    )
SELECT
    toString(found.page_id) AS page_id,
    toString(found.stored) AS source,
    found.ref AS ref,
    toString(found.clicked) AS clicked,
    toString(found.ad_id) AS ad_id,
    toInt64(toUnixTimestamp(toStartOfDay(found.opened_at, {zone:String}))) * 1000 AS opened_at,
    found.business_account AS business_account,
    toString(found.country) AS country,
    toString(found.category) AS category,
    toYYYYMM(found.delivered_at, 'UTC') AS month,
    count() AS messages
FROM
(
    SELECT
        sent.delivered_at AS delivered_at,
        sent.category AS category,
        opened.opened_at AS opened_at,
        opened.page_id AS page_id,
        opened.stored AS stored,
        opened.ref AS ref,
        opened.clicked AS clicked,
        opened.ad_id AS ad_id,
        opened.country AS country,
        payers.business_account AS business_account
    FROM sent
    ASOF INNER JOIN
    (
        SELECT
            made.page_id AS page_id, made.person_id AS person_id, made.opened_at AS opened_at,
            <<stored_source>> AS stored, made.ref AS ref, made.clicked AS clicked, made.ad_id AS ad_id,
            made.country AS country
        FROM conversations AS made FINAL
        WHERE made.opened_at >= fromUnixTimestamp64Milli({from:Int64})
            AND made.opened_at < fromUnixTimestamp64Milli({to:Int64} + {window:Int64} + 1)
            AND made.channel = 'whatsapp'
    ) AS opened
    ON sent.page_id = opened.page_id AND sent.person_id = opened.person_id
        AND sent.delivered_at >= opened.opened_at
    LEFT JOIN
    (
        SELECT page_id, argMax(page_names.business_account, version) AS business_account
        FROM page_names
        WHERE page_names.business_account != ''
        GROUP BY page_id
    ) AS payers ON payers.page_id = sent.page_id
) AS found
WHERE found.opened_at < fromUnixTimestamp64Milli({to:Int64})
    AND found.delivered_at <= found.opened_at + toIntervalMillisecond({window:Int64})
GROUP BY page_id, source, ref, clicked, ad_id, opened_at, business_account, country, category, month
SETTINGS distributed_product_mode = 'allow'
