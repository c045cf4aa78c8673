-- Forgets what else the deletions were about.
TRUNCATE TABLE erasing_keys
