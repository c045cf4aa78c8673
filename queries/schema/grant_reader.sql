-- Lets that user read one table: table (with its database) and user stand for their names.
GRANT SELECT ON <<table>> TO <<user>>
