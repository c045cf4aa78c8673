-- A file need not tell them.
ALTER TABLE ad_days MODIFY COLUMN impressions Array(Nullable(UInt64)) COMMENT 'how often they were shown; null if unknown' CODEC(ZSTD(1))
