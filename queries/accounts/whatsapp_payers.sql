-- WhatsApp business accounts, each with its numbers that are known.
-- Columns: business_account, numbers.
SELECT business_account, CAST(arraySort(groupUniqArray(page_id)) AS Array(String)) AS numbers
FROM page_names FINAL
WHERE business_account != ''
GROUP BY business_account
ORDER BY business_account
