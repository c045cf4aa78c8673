-- Blocks of changed people that have to be worked off. Worked off, a block gets a row with the
-- opposite: together they are nothing and vanish, so that the table stays small.
CREATE TABLE IF NOT EXISTS changed_batches
(
    batch   UInt64 COMMENT 'UTC microseconds of the block',
    people  UInt64 COMMENT 'people in it',
    pending Int64  COMMENT '1 when written, -1 when worked off'
)
ENGINE = SummingMergeTree(pending)
ORDER BY (batch, people)
SETTINGS non_replicated_deduplication_window = 1000
