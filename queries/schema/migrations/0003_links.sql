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
