-- Everyone there is has conversations to be made anew, in the order of the events, 20,000 people a block. The numbers of
-- the blocks are below those of any that a shipper wrote. From nothing (1970): what stands in the tables may be wrong.
INSERT INTO changed_people (batch, page_id, person_id, since)
SELECT
    intDiv(row_number() OVER (ORDER BY page_id, person_id), 20000) AS batch,
    page_id, person_id, toDateTime64(0, 3, 'UTC') AS since
FROM events_by_person
WHERE person_id != ''
    AND kind NOT IN ('delivery', 'read')
GROUP BY page_id, person_id
SETTINGS insert_deduplicate = 0
