-- Whether sequences hold all events: where there were events before there were sequences, not until they have been made.
-- Columns: has_sequences.
SELECT toBool(count() > 0) AS has_sequences FROM one_time_work WHERE work = 'sequences'
