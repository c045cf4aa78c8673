-- Whom a deletion is about while it runs. In memory only: the text of a mutation, which ClickHouse keeps on disk,
-- names this table and nobody. If ClickHouse restarts in between, the erasure is begun again.
CREATE TABLE IF NOT EXISTS erasing
(
    page_id   String COMMENT 'Page or Instagram account',
    person_id String COMMENT 'person'
)
ENGINE = Memory
