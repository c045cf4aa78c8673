-- Tracked links: one row an edit; of a slug the row with the highest version is the link.
CREATE TABLE IF NOT EXISTS links
(
    slug         String                   COMMENT 'name in our own address /l/{slug}',
    page         String                   COMMENT 'user name or id of the Page or the Instagram account',
    page_id      String                   COMMENT 'Page whose events the link belongs to; empty: any with this ref',
    is_instagram Bool                     COMMENT 'whether it leads to ig.me',
    ref          String                   COMMENT 'referral parameter without a click''s mark',
    text         String                   COMMENT 'text that Messenger puts into the person''s input',
    campaign     String                   COMMENT 'campaign, as the team calls it',
    medium       String                   COMMENT 'poster, newsletter, bio, ...',
    owner        String                   COMMENT 'who looks after it',
    cost         Nullable(Decimal(18, 4)) COMMENT 'what making and placing it cost',
    currency     String                   COMMENT 'ISO 4217; empty without cost',
    is_printed   Bool                     COMMENT 'whether it is printed as a QR code',
    is_archived  Bool                     COMMENT 'whether it is out of use',
    version      UInt64                   COMMENT 'UTC microseconds of the edit: the latest stays'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY slug
;

-- Visits to tracked links. Nothing of the visitor is kept. The same visit shipped twice is two rows
-- with one visit_id until a merge.
CREATE TABLE IF NOT EXISTS link_visits
(
    visit_id String                  COMMENT 'chance; of a person''s visit the number behind the ref' CODEC(ZSTD(1)),
    slug     LowCardinality(String)  COMMENT 'the link',
    page_id  LowCardinality(String)  COMMENT 'the link''s Page at that time; may be empty',
    ref      LowCardinality(String)  COMMENT 'the link''s ref at that time',
    visitor  LowCardinality(String)  COMMENT 'person, or program (bot, link preview, HEAD)',
    time     DateTime64(3, 'UTC')    COMMENT 'when' CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (slug, time, visit_id)
SETTINGS non_replicated_deduplication_window = 1000
;

-- Which link a click was on: people's visits by the number behind the ref.
CREATE TABLE IF NOT EXISTS clicks
(
    click String                 COMMENT 'number of the click',
    slug  LowCardinality(String) COMMENT 'the link'
)
ENGINE = ReplacingMergeTree
ORDER BY click
SETTINGS
    index_granularity = 256,
    min_compress_block_size = 4096,
    non_replicated_deduplication_window = 1000
;

-- Every visit of a person is a click.
CREATE MATERIALIZED VIEW IF NOT EXISTS clicks_of_visits TO clicks AS
SELECT visit_id AS click, slug FROM link_visits WHERE visitor = 'person'
;

-- Links as they are now: a row a slug.
CREATE OR REPLACE VIEW links_now AS
SELECT * FROM links ORDER BY version DESC LIMIT 1 BY slug
;

-- The link that a ref stands for, by every ref that a link has had (what was printed stays printed):
-- candidates are (Page or empty, whether archived, slug), one of a Page before one of any, one in use
-- before an archived one.
CREATE OR REPLACE VIEW links_by_ref AS
SELECT
    past.ref AS ref,
    arraySort(each -> (each.1 = '', each.2, each.3), groupUniqArray(
        (now.page_id, now.is_archived, now.slug))) AS candidates
FROM (SELECT DISTINCT slug, ref FROM links WHERE ref != '') AS past
INNER JOIN links_now AS now ON now.slug = past.slug
GROUP BY past.ref
