-- Workspaces: a row an edit, of which that with the highest version counts. A name is never given twice: what was made in a
-- workspace that is removed carries it.
CREATE TABLE IF NOT EXISTS workspaces
(
    name       String               COMMENT 'by which it is known',
    definition String               COMMENT 'its keys, as JSON; empty of a removed one',
    made_by    String               COMMENT 'user or token who wrote it last',
    made_at    DateTime64(3, 'UTC') COMMENT 'when',
    version    UInt64               COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                COMMENT '1: it was removed'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
;

ALTER TABLE users
    ADD COLUMN IF NOT EXISTS workspace String COMMENT 'the workspace that they are a member of; empty: they see all'
;

ALTER TABLE api_tokens
    ADD COLUMN IF NOT EXISTS workspace String COMMENT 'the workspace that it sees; empty: all, or what the user of asks_as sees'
;

-- Each set of Pages that users were limited to becomes a workspace.
INSERT INTO workspaces (name, definition, made_by, made_at, version, is_deleted)
SELECT
    concat('pages-', lower(hex(sipHash64(arrayStringConcat(limits.pages, ','))))) AS name,
    concat('{"title":', toJSONString(arrayStringConcat(limits.pages, ', ')), ',"pages":', toJSONString(limits.pages), '}') AS definition,
    '' AS made_by,
    toDateTime64(0, 3, 'UTC') AS made_at,
    1 AS version,
    0 AS is_deleted
FROM (SELECT DISTINCT arrayDistinct(arraySort(pages)) AS pages FROM users FINAL WHERE notEmpty(pages)) AS limits
;

-- Their sessions go on.
INSERT INTO users
    (name, password, role, epoch, invitation, invited_at, created_at, version, is_deleted, pages, workspace)
SELECT
    name, password, role, epoch, invitation, invited_at, created_at,
    version + 1 AS version,
    0 AS is_deleted,
    emptyArrayString() AS pages,
    concat('pages-', lower(hex(sipHash64(arrayStringConcat(arrayDistinct(arraySort(before.pages)), ','))))) AS workspace
FROM (SELECT * FROM users FINAL WHERE notEmpty(pages)) AS before
