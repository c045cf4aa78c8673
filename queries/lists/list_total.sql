-- How many rows a list has: list is its statement, with its parameters.
-- Columns: total.
SELECT count() AS total FROM
(
<<list>>)
