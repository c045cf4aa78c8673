-- What WhatsApp messages cost in some days.
-- Parameters: first, last (days since 1970-01-01, both inclusive).
-- Columns: category, pricing_type, country, currency, messages, cost (1/1,000,000 of currency; null if Meta does not tell
-- it of some of them).
SELECT
    toString(category) AS category,
    toString(pricing_type) AS pricing_type,
    toString(country) AS country,
    toString(currency) AS currency,
    sum(delivered) AS messages,
    if(countIf(isNull(price)) = 0, toInt64(sum(assumeNotNull(price)) * 1000000), NULL) AS cost
FROM
(
    SELECT category, pricing_type, country, currency, v_message_costs.messages AS delivered, v_message_costs.cost AS price
    FROM v_message_costs
    WHERE day >= toDate({first:UInt16}) AND day <= toDate({last:UInt16})
)
GROUP BY category, pricing_type, country, currency
ORDER BY cost DESC NULLS LAST, messages DESC, category, pricing_type, country, currency
