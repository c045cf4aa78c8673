-- 28.3 bytes an event without raw instead of 30.4, no slower to read (BENCHMARKS.md). Rows that are there change with their
-- next merge. Ids are hashes: nothing makes them smaller.
ALTER TABLE events_by_person
    MODIFY COLUMN channel CODEC(ZSTD(1)),
    MODIFY COLUMN page_id CODEC(ZSTD(1)),
    MODIFY COLUMN time_origin CODEC(ZSTD(1)),
    MODIFY COLUMN kind CODEC(ZSTD(1)),
    MODIFY COLUMN name CODEC(ZSTD(1)),
    MODIFY COLUMN app_id CODEC(ZSTD(1)),
    MODIFY COLUMN persona_id CODEC(ZSTD(1)),
    MODIFY COLUMN tag CODEC(ZSTD(1)),
    MODIFY COLUMN source CODEC(ZSTD(1)),
    MODIFY COLUMN source_name CODEC(ZSTD(1)),
    MODIFY COLUMN currency CODEC(ZSTD(1)),
    MODIFY COLUMN value CODEC(ZSTD(1)),
    MODIFY COLUMN time CODEC(ZSTD(1)),
    MODIFY COLUMN received_at CODEC(ZSTD(1)),
    MODIFY COLUMN person_id CODEC(ZSTD(3)),
    MODIFY COLUMN event_id CODEC(NONE)
