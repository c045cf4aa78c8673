-- Has a table sync what is written into it, and what a merge makes of it, and set aside what it cannot read at a start.
-- Merged parts stay for a minute. Parameters: table.
ALTER TABLE {table:Identifier} MODIFY SETTING
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000,
    max_suspicious_broken_parts_bytes = 1000000000000000
