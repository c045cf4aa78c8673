-- What is done once to what earlier versions have stored: a row for each part that is done, so that it costs nothing later.
-- A note that was forgotten can be made again: no insert is taken for one of before.
CREATE TABLE IF NOT EXISTS one_time_work
(
    work    LowCardinality(String) COMMENT 'raw or contacts',
    part    String                 COMMENT 'a month (YYYYMM) that is done; empty: all of it',
    done_at DateTime DEFAULT now() COMMENT 'when it was done'
)
ENGINE = ReplacingMergeTree
ORDER BY (work, part)
SETTINGS non_replicated_deduplication_window = 0
