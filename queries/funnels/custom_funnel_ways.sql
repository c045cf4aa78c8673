-- Whether the events of a range can be read in the order of their table: nobody is known by two ids, and
-- every event's time is its own.
-- Parameters: from, until (milliseconds; until is exclusive). Columns: has_aliases, has_other_times.
SELECT
    toBool(assumeNotNull((SELECT count() FROM aliases)) > 0) AS has_aliases,
    toBool(assumeNotNull((
        SELECT count()
        FROM events_by_person
        WHERE events_by_person.time >= fromUnixTimestamp64Milli({from:Int64})
            AND events_by_person.time < fromUnixTimestamp64Milli({until:Int64})
            -- An answer on WhatsApp is told by several statuses, each with a time of its own.
            AND (time_origin NOT IN ('event', 'entry') OR channel = 'whatsapp' AND kind = 'echo')
    )) > 0) AS has_other_times
