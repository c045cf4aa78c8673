-- Conversions as others report them: of an id the row with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS conversion_reports
(
    report_id    String                    COMMENT 'the reporter''s id',
    name         LowCardinality(String)    COMMENT 'lead, purchase or another goal',
    time         DateTime64(3, 'UTC')      COMMENT 'when it happened',
    value        Nullable(Decimal(18, 4))  COMMENT 'what it is worth, without what was refunded',
    currency     LowCardinality(String)    COMMENT 'ISO 4217; empty without value',
    is_retracted UInt8                     COMMENT '1: taken back as a whole',
    page_id      String                    COMMENT 'Page as the reporter knows it; may be empty',
    person_id    String                    COMMENT 'person as the reporter knows them; may be empty',
    click        String                    COMMENT 'number of a click on a tracked link; may be empty',
    contacts     Array(String)             COMMENT 'SHA-256 of phone number and e-mail address',
    received_at  DateTime64(3, 'UTC')      COMMENT 'when it came in',
    version      UInt128                   COMMENT 'milliseconds of the change times 2^86, of the receipt times 2^44, place in the journal'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY report_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

-- The events that were made of reported conversions, or are about to be: written before them. Of a report
-- the row with the highest version counts; of several the one that names a person, then the first by
-- event_id. The others are taken back.
CREATE TABLE IF NOT EXISTS conversion_report_events
(
    report_id  String                 COMMENT 'the reporter''s id',
    event_id   UUID                   COMMENT 'the event; nil: none, it is taken back or waits',
    matched_by LowCardinality(String) COMMENT 'person, click or contact; empty: nobody',
    page_id    String                 COMMENT 'Page or Instagram account',
    person_id  String                 COMMENT 'person; empty: nobody',
    time       DateTime64(3, 'UTC')   COMMENT 'time of the event',
    version    UInt128                COMMENT 'version of the report that it was made of'
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (report_id, event_id, version)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

-- What reports said of consent: of a report the row with the highest version counts (read with FINAL). A
-- correction that says nothing of it changes nothing.
CREATE TABLE IF NOT EXISTS conversion_report_consents
(
    report_id String  COMMENT 'the reporter''s id',
    consent   UInt8   COMMENT '1: Meta may be told, 0: it may not',
    version   UInt128 COMMENT 'version of the report that said so'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY report_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

-- What people said last of consent, by way of reports: of a person the row with the highest version counts
-- (read with FINAL). It stays when the report is taken back or turns out to be another person's.
CREATE TABLE IF NOT EXISTS person_consents
(
    page_id   String  COMMENT 'Page or Instagram account',
    person_id String  COMMENT 'person',
    consent   UInt8   COMMENT '1: Meta may be told, 0: it may not',
    version   UInt128 COMMENT 'version of the report that said so'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (page_id, person_id)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

-- By what reported conversions wait for their person: a click's number or a contact's hash.
CREATE TABLE IF NOT EXISTS waiting_conversions
(
    key       String COMMENT 'number of a click, or SHA-256 of a contact',
    report_id String COMMENT 'the reporter''s id'
)
ENGINE = ReplacingMergeTree
ORDER BY (key, report_id)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
;

-- Who came by which click on a tracked link.
CREATE TABLE IF NOT EXISTS arrivals
(
    click     String                 COMMENT 'number of the click',
    page_id   LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String                 COMMENT 'person'
)
ENGINE = ReplacingMergeTree
ORDER BY (click, page_id, person_id)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
