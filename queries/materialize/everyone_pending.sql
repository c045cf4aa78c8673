-- The blocks that everyone stands in. Parameters: batches_table, changed (tables).
INSERT INTO {batches_table:Identifier} (batch, people, pending)
SELECT batch, count(), 1 FROM {changed:Identifier} GROUP BY batch
