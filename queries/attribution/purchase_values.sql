-- What purchases in conversations that were opened in a range were worth: those from a conversation's
-- opening until the person's next one, within 28 days.
-- Parameters: from, to (milliseconds; to is exclusive), window (28 days in milliseconds), zone, by_age (by the age of the
-- conversation at the purchase, in the place of ad, link and day).
-- stored_source stands for the file of that name.
-- Columns: page_id, source (see stored_source), ref, clicked (the link of its click), ad_id, currency, opened_at (ms: start of the day of the opening; 0 by age), age (ms: whole hours;
-- 0 unless by age), purchases, value (sum), squares (sum of the squares), largest: in units of currency.
WITH sold AS
(
    SELECT page_id, person_id, time, value_e4, currency
    FROM conversions FINAL
    WHERE conversions.time >= fromUnixTimestamp64Milli({from:Int64})
        AND conversions.time < fromUnixTimestamp64Milli({to:Int64} + {window:Int64} + 1)
        AND name = 'purchase' AND value_e4 IS NOT NULL
)
SELECT
    toString(found.page_id) AS page_id,
    toString(found.stored) AS source,
    found.ref AS ref,
    toString(found.clicked) AS clicked,
    if({by_age:Bool}, '', toString(found.ad_id)) AS ad_id,
    toString(found.currency) AS currency,
    if({by_age:Bool},
        0, toInt64(toUnixTimestamp(toStartOfDay(found.opened_at, {zone:String})))) * 1000 AS opened_at,
    if({by_age:Bool},
        intDiv(toUnixTimestamp64Milli(found.sold_at) - toUnixTimestamp64Milli(found.opened_at), 3600000),
        0) * 3600000 AS age,
    count() AS purchases,
    toFloat64(sum(found.value_e4)) / 10000 AS value,
    sum(pow(toFloat64(found.value_e4) / 10000, 2)) AS squares,
    toFloat64(max(found.value_e4)) / 10000 AS largest
FROM
(
    SELECT
        sold.time AS sold_at,
        assumeNotNull(sold.value_e4) AS value_e4,
        sold.currency AS currency,
        opened.opened_at AS opened_at,
        opened.page_id AS page_id,
        opened.stored AS stored,
        opened.ref AS ref,
        opened.clicked AS clicked,
        opened.ad_id AS ad_id
    FROM sold
    ASOF INNER JOIN
    (
        SELECT
            made.page_id AS page_id, made.person_id AS person_id, made.opened_at AS opened_at,
            <<stored_source>> AS stored, made.ref AS ref, made.clicked AS clicked, made.ad_id AS ad_id
        FROM conversations AS made FINAL
        WHERE made.opened_at >= fromUnixTimestamp64Milli({from:Int64})
            AND made.opened_at < fromUnixTimestamp64Milli({to:Int64} + {window:Int64} + 1)
            AND (made.page_id, made.person_id) IN (SELECT page_id, person_id FROM sold)
    ) AS opened
    ON sold.page_id = opened.page_id AND sold.person_id = opened.person_id
        AND sold.time >= opened.opened_at
) AS found
WHERE found.opened_at < fromUnixTimestamp64Milli({to:Int64})
    AND found.sold_at <= found.opened_at + toIntervalMillisecond({window:Int64})
GROUP BY page_id, source, ref, clicked, ad_id, currency, opened_at, age
