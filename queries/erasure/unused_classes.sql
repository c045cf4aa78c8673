-- Classes of events that nobody has any more. Columns: class.
SELECT DISTINCT toString(class) AS class
FROM event_classes
WHERE class NOT IN (SELECT arrayJoin(classes) FROM event_sequences)
ORDER BY class
