-- Pages with their range, filters and breakdown that are kept under a name: a row an edit, of which that with the highest
-- version counts (read with FINAL). An address names no person: pages of one person are not kept.
CREATE TABLE IF NOT EXISTS saved_views
(
    id         String               COMMENT 'its number',
    name       String               COMMENT 'what it is called',
    owner      String               COMMENT 'user or token whose it is',
    is_shared  UInt8                COMMENT '1: the whole team sees it',
    is_pinned  UInt8                COMMENT '1: it stands in the side bar of whoever sees it',
    path       String               COMMENT 'the page',
    query      String               COMMENT 'what the page is asked; without days if these move',
    days       UInt32               COMMENT 'days that move with today; 0: those that query says, or the usual ones',
    back       UInt32               COMMENT 'how many days before today the last of them is',
    made_by    String               COMMENT 'user or token who changed it last',
    made_at    DateTime64(3, 'UTC') COMMENT 'when it was changed last',
    version    UInt64               COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                COMMENT '1: it was removed'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 1000
;

-- The saved view with which somebody begins: a row an edit, of which that with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS start_pages
(
    owner      String               COMMENT 'user or token',
    view       String               COMMENT 'the view',
    made_at    DateTime64(3, 'UTC') COMMENT 'when',
    version    UInt64               COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                COMMENT '1: they begin with the overview again'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY owner
SETTINGS non_replicated_deduplication_window = 1000
