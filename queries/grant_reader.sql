-- Lets that user read one table: what stands for DATABASE, TABLE (with its columns in brackets, or all of them)
-- and USER.
GRANT SELECTED ON `DATABASE`.TABLE TO USER
