-- Has one-time work done again: what is stored is not what it was done to.
TRUNCATE TABLE one_time_work
