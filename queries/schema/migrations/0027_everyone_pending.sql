-- The blocks of those who were there before.
INSERT INTO changed_batches (batch, people, pending)
SELECT batch, count(), 1 FROM changed_people GROUP BY batch
