-- Costs that were put down by hand. Columns: those of the table costs, but is_removed and version;
-- days since 1970-01-01, amount in 1/10,000 of currency.
SELECT
    cost_id, toString(kind) AS kind, name, first, last, amount, toString(currency) AS currency, note
FROM costs FINAL
WHERE is_removed = 0
ORDER BY first, cost_id
