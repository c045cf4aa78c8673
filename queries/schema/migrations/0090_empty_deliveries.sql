-- webhook_counts has taken its place.
TRUNCATE TABLE IF EXISTS deliveries
