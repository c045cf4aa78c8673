-- Which of some Pages and ad accounts nothing is known of.
-- Parameters: pages, ad_accounts.
-- Columns: id.
SELECT arrayJoin({pages:Array(String)}) AS id
WHERE id NOT IN (SELECT toString(page_id) FROM people WHERE page_id IN {pages:Array(String)})
    AND id NOT IN (SELECT page_id FROM page_names WHERE page_id IN {pages:Array(String)})
UNION ALL
SELECT arrayJoin({ad_accounts:Array(String)}) AS id
WHERE id NOT IN (SELECT account_id FROM ad_accounts)
    AND id NOT IN (SELECT toString(account_id) FROM ad_days)
