-- What WhatsApp messages cost, for BI tools.
CREATE OR REPLACE VIEW v_message_costs
(
    day Date COMMENT 'day of Meta''s figures',
    business_account LowCardinality(String) COMMENT 'WhatsApp business account',
    country LowCardinality(String) COMMENT 'where people''s numbers are of, ISO 3166-1',
    category LowCardinality(String) COMMENT 'marketing, utility, authentication, service, ...',
    pricing_type LowCardinality(String) COMMENT 'regular (charged), free_customer_service or free_entry_point',
    messages UInt64 COMMENT 'delivered messages',
    cost Nullable(Decimal(18, 6)) COMMENT 'in units of currency; null if Meta does not tell it',
    currency LowCardinality(String) COMMENT 'ISO 4217'
)
SQL SECURITY DEFINER
AS
SELECT
    told.date AS day,
    told.business_account AS business_account,
    told.country AS country,
    told.category AS category,
    told.pricing_type AS pricing_type,
    told.delivered AS messages,
    told.cost AS cost,
    told.currency AS currency
FROM
(
    SELECT
        date, business_account, currency,
        entry.1 AS country, entry.2 AS category, entry.3 AS pricing_type, entry.4 AS delivered, entry.5 AS cost
    FROM message_costs FINAL
    ARRAY JOIN arrayZip(countries, categories, types, messages, costs) AS entry
) AS told
COMMENT 'costs of WhatsApp messages by day, country and category'
