-- Whether WhatsApp charged for a message in a range: a row if so. Telling that there are none takes a twentieth of the
-- time of charged_messages.
-- Parameters: from, to (milliseconds; to is exclusive), window (28 days in milliseconds).
-- Columns: a 1.
SELECT 1
FROM events_by_person
WHERE charged_as != ''
    AND time >= fromUnixTimestamp64Milli({from:Int64})
    AND time < fromUnixTimestamp64Milli({to:Int64} + {window:Int64} + 1)
LIMIT 1
