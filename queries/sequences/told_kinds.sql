-- What people and business do in some months: the kind of an act, or the name of a conversion; and of how many classes each is.
-- Parameters: from_month, to_month (dates; to_month is exclusive), kinds (of acts that are told; others are nothing).
-- Columns: what (empty: nothing that is told), classes.
SELECT
    multiIf(kind NOT IN {kinds:Array(String)}, '', kind = 'conversion', toString(name), toString(kind)) AS what,
    count() AS classes
FROM event_classes
WHERE month >= {from_month:Date} AND month < {to_month:Date}
GROUP BY what
ORDER BY classes DESC, what
