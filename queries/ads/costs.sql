-- Costs that were put down by hand. Of a workspace those of its links: what a source cost is nobody's Page's.
-- Parameters: is_of_workspace (whether only links that can be read count).
-- Columns: those of the table costs, but is_removed and version; days since 1970-01-01, amount in 1/10,000 of currency.
SELECT
    cost_id, toString(kind) AS kind, name, first, last, amount, toString(currency) AS currency, note
FROM costs FINAL
WHERE is_removed = 0
    AND (NOT {is_of_workspace:Bool} OR kind = 'link' AND name IN (SELECT slug FROM links))
ORDER BY first, cost_id
