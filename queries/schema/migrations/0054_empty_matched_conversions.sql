-- Its place is taken by report_events.
TRUNCATE TABLE IF EXISTS matched_conversions
