-- Names that an earlier version had in the table spend.
INSERT INTO ads (ad_id, ad_name, adset_name, campaign_name, currency, version)
SELECT ad_id, ad_name, adset_name, campaign_name, currency, max(version) AS version
FROM spend
GROUP BY ad_id, ad_name, adset_name, campaign_name, currency
