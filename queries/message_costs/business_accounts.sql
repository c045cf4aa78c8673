-- WhatsApp business accounts whose webhooks came in. Columns: business_account.
SELECT DISTINCT business_account
FROM page_names FINAL
WHERE business_account != ''
ORDER BY business_account
