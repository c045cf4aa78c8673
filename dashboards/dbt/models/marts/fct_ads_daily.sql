-- Unknown spend stays NULL, and so does all that is divided by it or into it.
select
    concat(toString(ads.day), '/', ads.ad_id, '/', ads.currency) as ad_day_key,
    ads.day as day,
    ads.ad_id as ad_id,
    ads.currency as currency,
    ads.account_id as account_id,
    ads.spend as spend,
    ads.impressions as impressions,
    ads.clicks as clicks,
    ads.conversations as conversations,
    ads.leads as leads,
    ads.purchases as purchases,
    if(isNull(ads.spend), NULL, ads.conversations) as conversations_with_spend,
    if(isNull(ads.spend), NULL, ads.leads) as leads_with_spend,
    if(isNull(ads.spend), NULL, ads.purchases) as purchases_with_spend,
    toFloat64(ads.spend) / nullIf(ads.conversations, 0) as cost_per_conversation,
    toFloat64(ads.spend) / nullIf(ads.leads, 0) as cost_per_lead,
    toFloat64(ads.spend) / nullIf(ads.purchases, 0) as cost_per_purchase
from {{ ref('stg_ads_daily') }} as ads
