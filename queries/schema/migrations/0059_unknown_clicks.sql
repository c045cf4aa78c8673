-- A file need not tell them.
ALTER TABLE ad_days MODIFY COLUMN clicks Array(Nullable(UInt64)) COMMENT 'link clicks; null if unknown' CODEC(ZSTD(1))
