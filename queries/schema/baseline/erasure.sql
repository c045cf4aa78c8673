-- Whom a deletion is about while it runs. In memory only: the text of a mutation, which ClickHouse keeps on disk,
-- names this table and nobody. If ClickHouse restarts in between, the erasure is begun again.
CREATE TABLE IF NOT EXISTS erasing
(
    page_id   String COMMENT 'Page or Instagram account',
    person_id String COMMENT 'person'
)
ENGINE = Memory
;

-- What else a deletion is about while it runs: keys of rows that name nobody. In memory only, as the table erasing.
CREATE TABLE IF NOT EXISTS erasing_keys
(
    kind String COMMENT 'contact (SHA-256), report (its id), refusal or event (their ids)',
    key  String COMMENT 'the key'
)
ENGINE = Memory
