-- Who does what only one process may do: a row with a token of its own for each turn, of which ClickHouse
-- keeps the first alone; more rows of its holder prolong the turn. The turn with the highest number counts.
CREATE TABLE IF NOT EXISTS claims
(
    work   String               COMMENT 'what is to be done',
    turn   UInt32               COMMENT 'number of the turn, from 1',
    holder String               COMMENT 'the process that has it',
    until  DateTime64(3, 'UTC') COMMENT 'when it ends unless it is prolonged, by the clock of ClickHouse'
)
ENGINE = MergeTree
ORDER BY (work, turn, until)
TTL
    toDateTime(until) + INTERVAL 90 DAY DELETE WHERE NOT startsWith(work, 'turn '),
    -- Turns of work that is done over and over; what was claimed once stays claimed.
    toDateTime(until) + INTERVAL 2 DAY DELETE WHERE startsWith(work, 'turn ')
SETTINGS non_replicated_deduplication_window = 10000
