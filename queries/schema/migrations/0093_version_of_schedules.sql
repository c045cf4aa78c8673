-- Which schedule is a report's latest, whatever the clock said when it began.
ALTER TABLE report_schedules
    ADD COLUMN IF NOT EXISTS version UInt64 DEFAULT toUInt64(toUnixTimestamp64Milli(since)) * 1000
    COMMENT 'the highest counts: UTC microseconds, or one more than the one before'
