-- Of what came in before, second deliveries are known as far as no merge has removed them.
INSERT INTO deliveries
SELECT toStartOfFifteenMinutes(time) AS slot, count() AS received
FROM events_by_person
WHERE kind != 'conversion'
GROUP BY slot
