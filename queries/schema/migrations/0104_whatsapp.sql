-- WhatsApp: the click on an ad, the country of a person, and what Pages, accounts and numbers are called. Rows of before take
-- the click from the event's JSON.
ALTER TABLE events_by_person
    ADD COLUMN IF NOT EXISTS ctwa_clid String
        DEFAULT if(channel = 'whatsapp', JSONExtractString(raw, 'referral', 'ctwa_clid'), '')
        COMMENT 'id that Meta gives the click on an ad that opens a chat on WhatsApp' CODEC(ZSTD(1))
        AFTER referer_uri
;

-- Read once, in the background: else each question about clicks would read the JSON of old events.
ALTER TABLE events_by_person MATERIALIZE COLUMN ctwa_clid
;

ALTER TABLE touchpoints
    ADD COLUMN IF NOT EXISTS country LowCardinality(String)
        COMMENT 'ISO 3166-1 code of the person''s country, by their number or id on WhatsApp; empty if it is not known'
        CODEC(ZSTD(1)) AFTER referer,
    ADD COLUMN IF NOT EXISTS ctwa_clid String
        COMMENT 'id that Meta gives the click on an ad that opens a chat on WhatsApp' CODEC(ZSTD(1)) AFTER country
;

ALTER TABLE conversations
    ADD COLUMN IF NOT EXISTS country LowCardinality(String)
        COMMENT 'ISO 3166-1 code of the person''s country, by their number or id on WhatsApp; empty if it is not known'
        CODEC(ZSTD(1)) AFTER referer
;

-- What Pages, Instagram accounts and WhatsApp numbers are called: a row each and source of names.
CREATE TABLE IF NOT EXISTS page_names
(
    page_id          String                 COMMENT 'Page, Instagram account or WhatsApp number',
    origin           LowCardinality(String) COMMENT 'who says so: graph or webhook',
    channel          LowCardinality(String) COMMENT 'messenger, instagram or whatsapp; empty if it is not said',
    name             String                 COMMENT 'what people call it: a Page''s name, an account''s user name, a number',
    business_account String                 COMMENT 'WhatsApp business account of the number; else empty',
    version          UInt64                 COMMENT 'UTC microseconds; the highest counts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (page_id, origin)
SETTINGS non_replicated_deduplication_window = 1000
;

-- Whoever is on WhatsApp has their conversations made again. (On a cluster that holds rows this is left to
-- `conversations rebuild`.)
INSERT INTO changed_people (batch, page_id, person_id, since)
SELECT
    intDiv(row_number() OVER (ORDER BY page_id, person_id), 20000) AS batch,
    page_id, person_id, toDateTime64(0, 3, 'UTC') AS since
FROM events_by_person
WHERE person_id != '' AND channel = 'whatsapp'
    AND (kind IN ('message', 'echo', 'postback', 'referral', 'opt_in', 'conversion') OR name = 'comment')
GROUP BY page_id, person_id
SETTINGS insert_deduplicate = 0
;

INSERT INTO changed_batches (batch, people, pending)
SELECT batch, count(), 1 FROM changed_people WHERE batch < 1000000000 GROUP BY batch
SETTINGS insert_deduplicate = 0
