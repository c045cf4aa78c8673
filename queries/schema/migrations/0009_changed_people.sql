-- Whose conversations have to be made again, and from when on: a row a block of events and person.
-- Which blocks are still to be worked off stands in changed_batches.
CREATE TABLE IF NOT EXISTS changed_people
(
    batch      UInt64                 COMMENT 'UTC microseconds of the block that changed them',
    page_id    LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id  String                 COMMENT 'person',
    since      DateTime64(3, 'UTC')   COMMENT 'the earliest of their events in the block',
    written_at DateTime DEFAULT now() COMMENT 'when the row was written; kept for a month'
)
ENGINE = MergeTree
ORDER BY (batch, page_id, person_id)
TTL written_at + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 1000
