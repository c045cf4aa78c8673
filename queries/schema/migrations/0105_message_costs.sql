-- What WhatsApp messages cost: as Meta's pricing analytics tell it, a row a day of a business account. Of rows with one
-- key that with the highest version counts (read with FINAL). The lists are of one length, an entry a country, category and
-- type. A day without entries is one on which nothing was delivered; a day without a row is unknown.
CREATE TABLE IF NOT EXISTS message_costs
(
    date             Date                              COMMENT 'day of Meta''s figures',
    business_account LowCardinality(String)            COMMENT 'WhatsApp business account',
    currency         LowCardinality(String)            COMMENT 'ISO 4217, in which it pays',
    countries        Array(LowCardinality(String))     COMMENT 'where people''s numbers are of, ISO 3166-1' CODEC(ZSTD(1)),
    categories       Array(LowCardinality(String))     COMMENT 'marketing, utility, authentication, service, ...' CODEC(ZSTD(1)),
    types            Array(LowCardinality(String))     COMMENT 'regular (charged), free_customer_service or free_entry_point' CODEC(ZSTD(1)),
    messages         Array(UInt64)                     COMMENT 'delivered messages' CODEC(ZSTD(1)),
    costs            Array(Nullable(Decimal(18, 6)))   COMMENT 'in currency; null if it is not told' CODEC(ZSTD(1)),
    version          UInt64                            COMMENT 'UTC microseconds of the import: the latest counts'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(date)
ORDER BY (date, business_account)
SETTINGS non_replicated_deduplication_window = 1000
;

-- Which delivered messages WhatsApp charges for, by what their status told.
ALTER TABLE events_by_person
    ADD COLUMN IF NOT EXISTS charged_as LowCardinality(String)
        DEFAULT if(
            channel = 'whatsapp' AND kind IN ('delivery', 'read')
                AND (JSONExtractString(raw, 'pricing', 'type') = 'regular'
                    OR JSONExtractString(raw, 'pricing', 'type') = '' AND JSONExtractBool(raw, 'pricing', 'billable')),
            lower(JSONExtractString(raw, 'pricing', 'category')), '')
        COMMENT 'category under which WhatsApp charges for the delivered message; empty if it does not' CODEC(ZSTD(1))
        AFTER ctwa_clid
;

-- Read once, in the background: else each question about messages would read the JSON of old events.
ALTER TABLE events_by_person MATERIALIZE COLUMN charged_as
