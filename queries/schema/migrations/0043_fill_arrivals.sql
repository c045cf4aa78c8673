-- Those that came before this version.
INSERT INTO arrivals SELECT click, page_id, person_id FROM touchpoints FINAL WHERE click != ''
