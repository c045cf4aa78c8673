-- Refused items in which one of some texts stands, wherever. Parameters: needles.
-- Columns: refusal_id, received_at (ms), body.
SELECT refusal_id, toUnixTimestamp64Milli(quarantine.received_at) AS received_at, body
FROM quarantine
WHERE arrayExists(needle -> position(body, needle) > 0, {needles:Array(String)})
