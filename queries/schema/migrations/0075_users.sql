-- Who may log in: a row an edit, of which that with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS users
(
    name        String                 COMMENT 'by which they log in',
    password    String                 COMMENT 'Argon2id, in PHC form; empty: none was set yet',
    role        LowCardinality(String) COMMENT 'viewer, analyst or admin',
    epoch       UInt32                 COMMENT 'grows when all sessions shall end',
    invitation  String                 COMMENT 'SHA-256 of the one-time link by which a password is set; empty: none',
    invited_at  DateTime64(3, 'UTC')   COMMENT 'when the link was made',
    created_at  DateTime64(3, 'UTC')   COMMENT 'when the user was made',
    version     UInt64                 COMMENT 'UTC microseconds of the edit',
    is_deleted  UInt8                  COMMENT '1: was removed'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
