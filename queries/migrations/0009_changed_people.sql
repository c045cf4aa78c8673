-- Whose conversations have to be made again, and from when on: a row a block of events and person.
-- Worked off, a row gets its opposite; together they are nothing and vanish.
CREATE TABLE IF NOT EXISTS changed_people
(
    batch     UInt64                 COMMENT 'UTC microseconds of the block that changed them',
    page_id   LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String                 COMMENT 'person',
    since     DateTime64(3, 'UTC')   COMMENT 'the earliest of their events in the block',
    pending   Int64                  COMMENT '1 when written, -1 when worked off'
)
ENGINE = SummingMergeTree(pending)
ORDER BY (batch, page_id, person_id, since)
SETTINGS non_replicated_deduplication_window = 1000
