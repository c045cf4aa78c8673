-- Notes that a migration has been applied. Parameters: version, name, checksum.
INSERT INTO schema_migrations (version, name, checksum)
SELECT {version:UInt32}, {name:String}, {checksum:String}
