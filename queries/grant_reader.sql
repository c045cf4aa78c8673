-- Lets that user read one table: what stands for DATABASE, TABLE and USER.
GRANT SELECT ON `DATABASE`.TABLE TO USER
