-- When each token was used last, to the hour.
CREATE TABLE IF NOT EXISTS token_uses
(
    name    String              COMMENT 'name of the token',
    used_at DateTime64(3, 'UTC') COMMENT 'when'
)
ENGINE = ReplacingMergeTree(used_at)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
