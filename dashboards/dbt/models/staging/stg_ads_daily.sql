select
    ads.day as day,
    ads.ad_id as ad_id,
    ads.currency as currency,
    ads.ad as ad,
    ads.ad_set_id as ad_set_id,
    ads.ad_set as ad_set,
    ads.campaign_id as campaign_id,
    ads.campaign as campaign,
    ads.account_id as account_id,
    ads.spend as spend,
    ads.impressions as impressions,
    ads.clicks as clicks,
    ads.opened as conversations,
    ads.lead as leads,
    ads.purchase as purchases
from {{ source('messenger_funnel', 'v_ads_daily') }} as ads
where ads.day >= toDate('{{ var("first_day") }}')
