-- All links as they were last edited, by slug.
-- Columns: those of the table links; cost in 1/10,000 of currency.
SELECT
    slug, page, page_id, is_instagram, ref, text, campaign, medium, owner, cost, currency,
    is_printed, is_archived, version
FROM links
ORDER BY slug, version DESC
LIMIT 1 BY slug
