-- Versions are counted: the turn of whoever writes, and the writing in it.
ALTER TABLE people COMMENT COLUMN IF EXISTS version 'the highest counts: the turn of who wrote it times 2^32, and a number in it; before, UTC microseconds'
