-- What else a deletion is about while it runs: keys of rows that name nobody. In memory only, as the table erasing.
CREATE TABLE IF NOT EXISTS erasing_keys
(
    kind String COMMENT 'contact (SHA-256), report (its id), refusal or event (their ids)',
    key  String COMMENT 'the key'
)
ENGINE = Memory
