-- What came in again of people who had been erased, and was not taken.
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS erased UInt64 COMMENT 'events, reported conversions and refused items that were not taken: their person had been erased after them'
