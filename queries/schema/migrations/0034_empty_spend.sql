-- Its rows are in ad_days and ads. The table stays: another process may be migrating too.
TRUNCATE TABLE IF EXISTS spend
