-- From now on the events' own JSON goes so many days after the event.
-- Parameters: days.
ALTER TABLE events_by_person MODIFY COLUMN raw TTL toDateTime(time) + toIntervalDay({days:UInt32})
