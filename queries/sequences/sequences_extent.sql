-- How many events there are in the sequences of some months (rows of before among them), and whether sequences have been made
-- of all that was stored before there were any.
-- Parameters: from_month, to_month (dates; to_month is exclusive), work (that which makes them).
-- Columns: events, is_whole.
SELECT
    sum(length(times)) AS events,
    toBool(assumeNotNull((SELECT count() FROM one_time_work WHERE work = {work:String} AND part = '')) > 0) AS is_whole
FROM event_sequences
WHERE month >= {from_month:Date} AND month < {to_month:Date}
