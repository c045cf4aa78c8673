-- Refused items, every row of each, from one on in the order of the table: whole, so that they can be written again.
-- Damage of the journal is none: it names a place and holds nothing.
-- Parameters: after (the last one that is not wanted), rows.
-- Columns: those of the table quarantine.
SELECT refusal_id, received_at, position, place, reason, body, replayed_at
FROM quarantine
WHERE place != 'journal' AND refusal_id > {after:UUID}
ORDER BY refusal_id
LIMIT {rows:UInt64} WITH TIES
