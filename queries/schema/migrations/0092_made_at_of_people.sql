-- When people's rows were made, which their versions no longer tell.
ALTER TABLE people
    ADD COLUMN IF NOT EXISTS made_at DateTime64(3, 'UTC') DEFAULT fromUnixTimestamp64Micro(toInt64(version), 'UTC')
    COMMENT 'when the row was made'
