-- From now on the events' own JSON stays.
ALTER TABLE events_by_person MODIFY COLUMN raw REMOVE TTL
