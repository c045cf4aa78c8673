-- Messages without an id are few: which parts of the table have any is known without reading them.
ALTER TABLE events_by_person
    ADD INDEX IF NOT EXISTS messages_without_id if(kind = 'message', mid, '-') TYPE minmax GRANULARITY 1
