-- Conversions, for BI tools.
CREATE OR REPLACE VIEW v_conversions
(
    day Date COMMENT 'day of the conversion, in the time zone of the settings',
    time DateTime64(3, 'UTC') COMMENT 'when',
    page_id LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String COMMENT 'person',
    number UInt32 COMMENT 'the person''s conversions up to this one',
    channel LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    event_id UUID COMMENT 'its event',
    name LowCardinality(String) COMMENT 'lead, purchase or another goal',
    value Nullable(Decimal(18, 4)) COMMENT 'what it was worth, in units of currency',
    currency LowCardinality(String) COMMENT 'ISO 4217; empty without value',
    touchpoints_before UInt32 COMMENT 'touchpoints that the person had before',
    first_touch_at Nullable(DateTime64(3, 'UTC')) COMMENT 'the first of them'
)
AS
SELECT
    toDate(made.time, assumeNotNull((SELECT time_zone FROM settings_now))) AS day,
    made.time AS time,
    made.page_id AS page_id,
    made.person_id AS person_id,
    made.number AS number,
    made.channel AS channel,
    made.event_id AS event_id,
    made.name AS name,
    CAST(CAST(made.value_e4 AS Nullable(Decimal(38, 4))) / 10000 AS Nullable(Decimal(18, 4))) AS value,
    made.currency AS currency,
    made.touchpoints_before AS touchpoints_before,
    made.first_touch_at AS first_touch_at
FROM conversions AS made FINAL
COMMENT 'conversions, one a row'
