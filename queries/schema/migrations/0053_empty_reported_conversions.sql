-- Its place is taken by reports and report_consents.
TRUNCATE TABLE IF EXISTS reported_conversions
