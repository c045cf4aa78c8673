-- Who may log in: a row an edit, of which that with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS users
(
    name       String                 COMMENT 'by which they log in',
    password   String                 COMMENT 'Argon2id, in PHC form; empty: none was set yet',
    role       LowCardinality(String) COMMENT 'viewer, analyst or admin',
    epoch      UInt32                 COMMENT 'grows when all sessions shall end',
    invitation String                 COMMENT 'SHA-256 of the one-time link by which a password is set; empty: none',
    invited_at DateTime64(3, 'UTC')   COMMENT 'when the link was made',
    created_at DateTime64(3, 'UTC')   COMMENT 'when the user was made',
    version    UInt64                 COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                  COMMENT '1: was removed',
    pages      Array(String)          COMMENT 'Pages that they may see; all if empty'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
;

-- Tokens that were made on the settings page: a row an edit, of which that with the highest version counts.
CREATE TABLE IF NOT EXISTS api_tokens
(
    name       String                        COMMENT 'by which logs know it',
    hash       String                        COMMENT 'SHA-256 of the token, hexadecimal',
    scopes     Array(LowCardinality(String)) COMMENT 'what it is good for',
    made_by    String                        COMMENT 'user who made it',
    made_at    DateTime64(3, 'UTC')          COMMENT 'when',
    expires_at Nullable(DateTime64(3, 'UTC')) COMMENT 'until when it is good; null: for good',
    version    UInt64                        COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                         COMMENT '1: was revoked'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
;

-- When each token was used last, to the hour.
CREATE TABLE IF NOT EXISTS token_uses
(
    name    String              COMMENT 'name of the token',
    used_at DateTime64(3, 'UTC') COMMENT 'when'
)
ENGINE = ReplacingMergeTree(used_at)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
;

-- Who did what to users, tokens, links, reports and people's data, and who failed to log in. Kept for two years.
CREATE TABLE IF NOT EXISTS audit_log
(
    at      DateTime64(3, 'UTC')   COMMENT 'when',
    who     String                 COMMENT 'user, token, or this machine',
    act     LowCardinality(String) COMMENT 'what was done',
    about   String                 COMMENT 'to whom or what; never a person of a Page',
    address String                 COMMENT 'from where'
)
ENGINE = MergeTree
ORDER BY at
TTL toDateTime(at) + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 1000
