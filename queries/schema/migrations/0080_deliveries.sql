-- How many events of webhooks came in, second deliveries too, by the quarter of an hour in which they happened: beside
-- the events themselves, which are kept once, it tells how many came again. Conversions that rules make of events
-- are not counted.
CREATE TABLE IF NOT EXISTS deliveries
(
    slot     DateTime('UTC') COMMENT 'begin of the quarter of an hour',
    received UInt64          COMMENT 'events that came in, each as often as it came'
)
ENGINE = SummingMergeTree
ORDER BY slot
SETTINGS non_replicated_deduplication_window = 1000
