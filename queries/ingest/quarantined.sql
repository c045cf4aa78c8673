-- What is in quarantine and has not been understood since.
-- Columns: those of the table quarantine.
SELECT refusal_id, received_at, position, place, reason, body, replayed_at
FROM quarantine
WHERE refusal_id NOT IN (SELECT refusal_id FROM quarantine WHERE replayed_at > 0)
ORDER BY received_at, refusal_id
LIMIT 1 BY refusal_id
