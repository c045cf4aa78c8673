-- Names are those that the ad has now, the same on each of its days.
select
    ads.ad_id as ad_id,
    max(ads.ad) as ad,
    max(ads.ad_set_id) as ad_set_id,
    max(ads.ad_set) as ad_set,
    max(ads.campaign_id) as campaign_id,
    max(ads.campaign) as campaign
from {{ ref('stg_ads_daily') }} as ads
group by ads.ad_id
