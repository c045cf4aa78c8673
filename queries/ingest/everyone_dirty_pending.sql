-- The blocks that everyone stands in, as still to be processed.
INSERT INTO changed_batches (batch, people, pending)
SELECT batch, count(), 1 FROM changed_people WHERE batch < 1000000000 GROUP BY batch
SETTINGS insert_deduplicate = 0
