-- Events of some months of the people of a range of hashes: a row a person and month, in no order.
-- excluded stands for sequences_excluded, or for nothing where everybody counts; names for the columns of who people are,
-- or for nothing where that does not matter.
-- Parameters: from_month, to_month (dates; to_month is exclusive), first and last (hashes of people).
-- Columns: person (a hash), month (days since 1970), times (ms since it began), classes, those of names.
SELECT person, month, times, classes<<names>>
FROM event_sequences FINAL
WHERE month >= {from_month:Date} AND month < {to_month:Date}
    AND person >= {first:UInt128} AND person <= {last:UInt128}<<excluded>>
