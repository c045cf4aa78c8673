-- The campaign and the ad set of each ad.
CREATE OR REPLACE VIEW ad_campaigns AS
SELECT ad_id, campaign_name AS campaign, adset_name AS ad_set FROM ads_now
