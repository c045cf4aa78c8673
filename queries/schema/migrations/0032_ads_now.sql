-- Each ad as its latest import calls it; what that left empty is as one before it told.
CREATE VIEW IF NOT EXISTS ads_now AS
SELECT
    ad_id,
    argMaxIf(account_id, version, account_id != '') AS account_id,
    argMaxIf(ad_name, version, ad_name != '') AS ad_name,
    argMaxIf(adset_id, version, adset_id != '') AS adset_id,
    argMaxIf(adset_name, version, adset_name != '') AS adset_name,
    argMaxIf(campaign_id, version, campaign_id != '') AS campaign_id,
    argMaxIf(campaign_name, version, campaign_name != '') AS campaign_name,
    argMaxIf(currency, version, currency != '') AS currency
FROM ads
GROUP BY ad_id
