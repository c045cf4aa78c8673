-- The link that a ref stands for, by every ref that a link has had (what was printed stays printed):
-- candidates are (Page or empty, whether archived, slug), one of a Page before one of any, one in use
-- before an archived one.
CREATE VIEW IF NOT EXISTS links_by_ref AS
SELECT
    past.ref AS ref,
    arraySort(each -> (each.1 = '', each.2, each.3), groupUniqArray(
        (now.page_id, now.is_archived, now.slug))) AS candidates
FROM (SELECT DISTINCT slug, ref FROM links WHERE ref != '') AS past
INNER JOIN links_now AS now ON now.slug = past.slug
GROUP BY past.ref
