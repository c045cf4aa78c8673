-- The database that the configuration names.
CREATE DATABASE IF NOT EXISTS {database:Identifier}
