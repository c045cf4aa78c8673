-- How many rows a list has: LIST is its statement, with its parameters.
-- Columns: total.
SELECT count() AS total FROM (LIST)
