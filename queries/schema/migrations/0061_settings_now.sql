-- The settings as they are now; before the program has told them, what they are without a configuration.
CREATE OR REPLACE VIEW settings_now AS
SELECT
    if(count() = 0, 'UTC', argMax(program_settings.time_zone, version)) AS time_zone,
    if(count() = 0, 28, argMax(program_settings.lookback_days, version)) AS lookback_days,
    if(count() = 0, 7., argMax(program_settings.half_life_days, version)) AS half_life_days,
    if(count() = 0, 0.4, argMax(program_settings.first_share, version)) AS first_share,
    if(count() = 0, 0.4, argMax(program_settings.last_share, version)) AS last_share
FROM program_settings
