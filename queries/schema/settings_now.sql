-- The settings of the program as views know them.
-- Columns: time_zone, lookback_days, half_life_days, first_share, last_share.
SELECT time_zone, lookback_days, half_life_days, first_share, last_share FROM settings_now
