-- Each conversion with each touchpoint of its journey, and the credit that models give it, for BI tools. markov
-- and shapley look at all journeys at once: the API has them.
CREATE OR REPLACE VIEW v_attribution
(
    day Date COMMENT 'day of the conversion, in the time zone of the settings',
    time DateTime64(3, 'UTC') COMMENT 'when the conversion happened',
    page_id LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String COMMENT 'person',
    number UInt32 COMMENT 'the person''s conversions up to this one',
    name LowCardinality(String) COMMENT 'lead, purchase or another goal',
    value Nullable(Decimal(18, 4)) COMMENT 'what the conversion was worth, in units of currency: multiply by a credit',
    currency LowCardinality(String) COMMENT 'ISO 4217; empty without value',
    touched_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when the touchpoint was; null if the conversion has none',
    position UInt32 COMMENT 'place of the touchpoint in the journey, from 1; 0 if there is none',
    touchpoints UInt32 COMMENT 'touchpoints of the journey',
    source String COMMENT 'entry point of the touchpoint; (none) if the conversion has none',
    campaign String COMMENT 'campaign of the touchpoint',
    ad_set String COMMENT 'its ad set',
    ad_id String COMMENT 'its ad',
    link String COMMENT 'its registered link',
    medium String COMMENT 'medium of the link',
    ref String COMMENT 'its referral parameter',
    credit_first Float64 COMMENT 'credit that the model first gives; the credits of a conversion sum to 1',
    credit_last Float64 COMMENT 'the same by the model last',
    credit_last_non_organic Float64 COMMENT 'the same by the model last_non_organic',
    credit_linear Float64 COMMENT 'the same by the model linear',
    credit_position Float64 COMMENT 'the same by the model position',
    credit_time_decay Float64 COMMENT 'the same by the model time_decay'
)
AS
WITH
    assumeNotNull((SELECT toInt64(lookback_days) * 86400000 FROM settings_now)) AS lookback_ms,
    assumeNotNull((SELECT half_life_days * 86400000 FROM settings_now)) AS half_life_ms,
    assumeNotNull((SELECT first_share FROM settings_now)) AS first_share,
    assumeNotNull((SELECT last_share FROM settings_now)) AS last_share,
    touched AS
    (
        SELECT
            v_touchpoints.page_id AS page_id,
            v_touchpoints.person_id AS person_id,
            arraySort(groupArray((
                v_touchpoints.number, v_touchpoints.time, v_touchpoints.source, v_touchpoints.campaign,
                v_touchpoints.ad_set, toString(v_touchpoints.ad_id), v_touchpoints.link,
                v_touchpoints.medium, v_touchpoints.ref))) AS touches
        FROM v_touchpoints
        WHERE (v_touchpoints.page_id, v_touchpoints.person_id) IN
            (SELECT page_id, person_id FROM conversions WHERE is_deleted = 0)
        GROUP BY page_id, person_id
    ),
    journeys AS
    (
        SELECT
            made.day AS day, made.time AS time, made.page_id AS page_id, made.person_id AS person_id,
            made.number AS number, made.name AS name, made.value AS value, made.currency AS currency,
            arrayFilter(
                touch -> touch.1 <= made.touchpoints_before
                    AND toUnixTimestamp64Milli(touch.2) >= toUnixTimestamp64Milli(made.time) - lookback_ms,
                touched.touches) AS journey
        FROM v_conversions AS made
        LEFT JOIN touched ON touched.page_id = made.page_id AND touched.person_id = made.person_id
    ),
    placed AS
    (
        SELECT
            *,
            length(journey) AS length,
            arrayLastIndex(touch -> touch.3 != 'organic', journey) AS named,
            arraySum(touch -> exp2(-(toUnixTimestamp64Milli(journey[-1].2)
                - toUnixTimestamp64Milli(touch.2)) / half_life_ms), journey) AS weights,
            if(length = 0, [(0, NULL)], arrayMap((place, touch) -> (place, toNullable(touch.2)),
                arrayEnumerate(journey), journey)) AS places
        FROM journeys
    )
SELECT
    placed.day AS day,
    placed.time AS time,
    placed.page_id AS page_id,
    placed.person_id AS person_id,
    placed.number AS number,
    placed.name AS name,
    placed.value AS value,
    placed.currency AS currency,
    at.2 AS touched_at,
    toUInt32(at.1) AS position,
    toUInt32(placed.length) AS touchpoints,
    if(at.1 = 0, '(none)', journey[at.1].3) AS source,
    journey[at.1].4 AS campaign,
    journey[at.1].5 AS ad_set,
    journey[at.1].6 AS ad_id,
    journey[at.1].7 AS link,
    journey[at.1].8 AS medium,
    journey[at.1].9 AS ref,
    toFloat64(at.1 <= 1) AS credit_first,
    toFloat64(at.1 = placed.length) AS credit_last,
    toFloat64(at.1 = if(named = 0, placed.length, named)) AS credit_last_non_organic,
    1 / greatest(placed.length, 1) AS credit_linear,
    multiIf(
        placed.length <= 1, 1.,
        placed.length = 2, multiIf(
            first_share + last_share = 0, 0.5,
            at.1 = 1, first_share / (first_share + last_share),
            1 - first_share / (first_share + last_share)),
        at.1 = 1, first_share,
        at.1 = placed.length, last_share,
        (1 - first_share - last_share) / (placed.length - 2)) AS credit_position,
    if(placed.length = 0, 1., exp2(-(toUnixTimestamp64Milli(journey[-1].2)
        - toUnixTimestamp64Milli(assumeNotNull(at.2))) / half_life_ms) / weights) AS credit_time_decay
FROM placed
ARRAY JOIN places AS at
-- Whatever a client sets: Cube and dbt set the first.
SETTINGS join_use_nulls = 0, aggregate_functions_null_for_empty = 0
COMMENT 'conversions and the touchpoints that share their credit: one row each pair'
