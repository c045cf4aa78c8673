-- Forgets whom the deletions were about.
TRUNCATE TABLE erasing
