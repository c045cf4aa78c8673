-- The links of some clicks. Parameters: clicks. Columns: click, slug.
SELECT click, toString(any(slug)) AS slug
FROM clicks
WHERE click IN {clicks:Array(String)}
GROUP BY click
