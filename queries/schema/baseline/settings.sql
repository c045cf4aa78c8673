-- The settings of the program that views need to know: the row with the highest version counts.
CREATE TABLE IF NOT EXISTS program_settings
(
    only           UInt8   COMMENT '1: there is one row',
    time_zone      String  COMMENT 'IANA zone in which a day is a day',
    lookback_days  UInt32  COMMENT 'days before a conversion in which touchpoints earn credit',
    half_life_days Float64 COMMENT 'days in which a touchpoint''s weight halves (time_decay)',
    first_share    Float64 COMMENT 'share of the first touchpoint (position)',
    last_share     Float64 COMMENT 'share of the last touchpoint (position)',
    version        UInt64  COMMENT 'UTC microseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY only
SETTINGS non_replicated_deduplication_window = 100
;

-- The settings as they are now; before the program has told them, what they are without a configuration.
CREATE OR REPLACE VIEW settings_now AS
SELECT
    if(count() = 0, 'UTC', argMax(program_settings.time_zone, version)) AS time_zone,
    if(count() = 0, 28, argMax(program_settings.lookback_days, version)) AS lookback_days,
    if(count() = 0, 7., argMax(program_settings.half_life_days, version)) AS half_life_days,
    if(count() = 0, 0.4, argMax(program_settings.first_share, version)) AS first_share,
    if(count() = 0, 0.4, argMax(program_settings.last_share, version)) AS last_share
FROM program_settings
