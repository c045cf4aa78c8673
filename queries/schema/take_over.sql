-- Takes over a database of before the first release: tables that nothing reads any more go, and those whose names meant
-- two things get one of their own.
DROP TABLE IF EXISTS events
;

DROP TABLE IF EXISTS spend
;

DROP TABLE IF EXISTS reported_conversions
;

DROP TABLE IF EXISTS matched_conversions
;

DROP TABLE IF EXISTS deliveries
;

RENAME TABLE IF EXISTS reports TO conversion_reports
;

RENAME TABLE IF EXISTS report_events TO conversion_report_events
;

RENAME TABLE IF EXISTS report_consents TO conversion_report_consents
;

ALTER TABLE events_by_person
    COMMENT COLUMN IF EXISTS source 'entry point: ad, link, qr, ...; empty if the event carries none',
    COMMENT COLUMN IF EXISTS source_name 'the entry point on the wire: ADS, SHORTLINK, ...',
    COMMENT COLUMN IF EXISTS version 'of rows of one event the highest counts: that which says most, then that which came in first'
;

ALTER TABLE conversations
    COMMENT COLUMN IF EXISTS source 'entry point of the opening act',
    COMMENT COLUMN IF EXISTS source_name 'the entry point on the wire'
;

ALTER TABLE touchpoints
    COMMENT COLUMN IF EXISTS source 'entry point',
    COMMENT COLUMN IF EXISTS source_name 'the entry point on the wire'
