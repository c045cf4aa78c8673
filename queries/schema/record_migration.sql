-- Notes that migrations have been applied.
-- Parameters: versions, names, checksums (SHA-256 of the texts): one each a migration.
INSERT INTO schema_migrations (version, name, checksum)
SELECT applied.1, applied.2, applied.3
FROM
(
    SELECT arrayJoin(arrayZip({versions:Array(UInt32)}, {names:Array(String)}, {checksums:Array(String)})) AS applied
)
