-- The applied migrations.
-- Columns: version, checksum.
SELECT version, any(checksum) AS checksum FROM schema_migrations GROUP BY version ORDER BY version
