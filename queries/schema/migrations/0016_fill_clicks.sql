-- The visits from before; twice changes nothing.
INSERT INTO clicks (click, slug)
SELECT visit_id, slug FROM link_visits WHERE visitor = 'person'
