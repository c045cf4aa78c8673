-- Every form that each link has had. Columns: slug, ref, page_id, campaign, medium, owner, is_printed, is_archived, version
-- (the highest is the form of today).
SELECT slug, ref, page_id, campaign, medium, owner, is_printed, is_archived, version FROM links
