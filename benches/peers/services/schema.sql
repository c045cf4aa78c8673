-- What a rival keeps of each webhook item: a plain table, in the order of the questions.
CREATE TABLE IF NOT EXISTS events
(
    received_at DateTime64(3, 'UTC'),
    time        DateTime64(3, 'UTC'),
    page_id     LowCardinality(String),
    person_id   String,
    kind        LowCardinality(String) COMMENT 'message, echo, postback, referral, opt_in, delivery, read, other',
    mid         String,
    payload     String                 COMMENT 'of a postback or quick reply',
    source      LowCardinality(String) COMMENT 'as Meta calls it: ADS, SHORTLINK, ...',
    ref         String,
    ad_id       String,
    raw         String                 COMMENT 'the item as it came' CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (page_id, person_id, time)
