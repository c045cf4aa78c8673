-- What was counted before, as one webhook a quarter of an hour.
INSERT INTO webhook_counts
SELECT slot, slot AS received_at, 0 AS checksum, sum(received) AS received, 0 AS erased
FROM deliveries
GROUP BY slot
