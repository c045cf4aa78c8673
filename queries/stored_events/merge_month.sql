-- Merges all that a month has of events, so that of rows with one key one is left. One part that was merged stays.
OPTIMIZE TABLE events_by_person PARTITION <<month>> FINAL
SETTINGS optimize_skip_merged_partitions = 1, optimize_throw_if_noop = 0, alter_sync = 2
