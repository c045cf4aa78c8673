-- Numbers among some people's names by which somebody else was known as well: who has them now is not who had them.
-- Parameters: pages, people (lists of one length). Columns: page_id, name.
WITH
    names AS
    (
        SELECT each.1, each.2
        FROM (SELECT arrayJoin(arrayZip({pages:Array(String)}, {people:Array(String)})) AS each)
    ),
    told AS
    (
        SELECT toString(told_names.page_id) AS page_id, alias AS name, person_id AS other
        FROM told_names
        UNION ALL
        SELECT toString(told_names.page_id), person_id, alias
        FROM told_names
    )
SELECT DISTINCT page_id, name
FROM told
WHERE (page_id, name) IN names AND match(name, '^[0-9]+$')
    AND (page_id, other) NOT IN names AND NOT match(other, '^[0-9]+$')
ORDER BY page_id, name
SETTINGS distributed_product_mode = 'allow'
