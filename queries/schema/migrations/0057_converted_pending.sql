-- The blocks that they stand in.
INSERT INTO changed_batches (batch, people, pending)
SELECT batch, count(), 1 FROM changed_people WHERE batch >= 1000000 AND batch < 2000000 GROUP BY batch
