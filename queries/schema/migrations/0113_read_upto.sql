-- Up to when somebody has read what was sent to them, by what their receipt told.
ALTER TABLE events_by_person
    ADD COLUMN IF NOT EXISTS read_upto Int64
        DEFAULT if(
            kind = 'read',
            toInt64OrZero(replaceAll(JSONExtractRaw(raw, 'read', 'watermark'), '"', ''))
                * if(toInt64OrZero(replaceAll(JSONExtractRaw(raw, 'read', 'watermark'), '"', '')) < 1000000000000, 1000, 1),
            0)
        COMMENT 'up to when the person has read, by their receipt: UTC milliseconds; 0 if it does not tell' CODEC(T64, ZSTD(1))
        AFTER charged_as
;

-- Read once, in the background: else each question about messages would read the JSON of old events.
ALTER TABLE events_by_person MATERIALIZE COLUMN read_upto
