-- Merges all that is in quarantine, so that of rows of one item the last is left.
OPTIMIZE TABLE quarantine FINAL
SETTINGS optimize_skip_merged_partitions = 1, optimize_throw_if_noop = 0, alter_sync = 2
