-- Who people are: for people_sequences, whose form tells plain texts apart from those of a dictionary.
, CAST(page_id AS String), person_id
