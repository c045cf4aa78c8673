-- How many events of webhooks came in of a range of whole quarters of an hour, each as often as it came.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: received.
SELECT sum(received) AS received
FROM webhook_counts FINAL
WHERE slot >= toDateTime(intDiv({from:Int64}, 1000)) AND slot < toDateTime(intDiv({to:Int64}, 1000))
