-- What classes are, by its place in a list of all that they can be, from 1; but for those that most of them are.
-- Parameters: those of told_kinds; told (the list), most (what most are).
-- Columns: class, number (0: nothing that is told).
SELECT
    class,
    toUInt32(indexOf(
        {told:Array(String)},
        multiIf(kind NOT IN {kinds:Array(String)}, '', kind = 'conversion', toString(name), toString(kind)) AS what)) AS number
FROM event_classes
WHERE month >= {from_month:Date} AND month < {to_month:Date}
    AND what != {most:String}
