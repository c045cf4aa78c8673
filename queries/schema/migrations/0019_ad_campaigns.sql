-- The campaign of each ad, as its latest spend names it.
CREATE VIEW IF NOT EXISTS ad_campaigns AS
SELECT ad_id, argMax(campaign_name, (date, version)) AS campaign FROM spend GROUP BY ad_id
