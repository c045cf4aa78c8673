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
