-- What messages that WhatsApp charges for were charged in each month of which some days are known.
-- Parameters: from, to (milliseconds; to is exclusive): months that these touch.
-- Columns: business_account, country, category, month (such as 202611), currency, messages, cost (1/1,000,000 of currency).
SELECT
    toString(business_account) AS business_account,
    toString(country) AS country,
    toString(category) AS category,
    toYYYYMM(day) AS month,
    toString(currency) AS currency,
    sum(delivered) AS messages,
    toInt64(sum(assumeNotNull(price)) * 1000000) AS cost
FROM
(
    SELECT
        business_account, country, category, day, currency,
        v_message_costs.messages AS delivered, v_message_costs.cost AS price
    FROM v_message_costs
    WHERE pricing_type = 'regular' AND v_message_costs.messages > 0 AND isNotNull(v_message_costs.cost)
        AND toYYYYMM(day) >= toYYYYMM(fromUnixTimestamp64Milli({from:Int64}, 'UTC'))
        AND toYYYYMM(day) <= toYYYYMM(fromUnixTimestamp64Milli({to:Int64}, 'UTC'))
)
GROUP BY business_account, country, category, month, currency
