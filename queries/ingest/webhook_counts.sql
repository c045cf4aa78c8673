-- How many events of webhooks came in of a range of whole quarters of an hour, each as often as it came, and how much
-- was not taken because its person had been erased.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: events, erased.
SELECT sum(received) AS events, sum(erased) AS erased
FROM webhook_counts FINAL
WHERE slot >= toDateTime(intDiv({from:Int64}, 1000)) AND slot < toDateTime(intDiv({to:Int64}, 1000))
