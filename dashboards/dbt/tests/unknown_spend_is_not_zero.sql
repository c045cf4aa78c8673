-- A row is an ad's day whose spend nobody knows and that has a cost all the same, or has lost its conversations.
select ads.ad_day_key
from {{ ref('fct_ads_daily') }} as ads
where isNull(ads.spend)
    and not (
        isNull(ads.cost_per_conversation) and isNull(ads.cost_per_lead) and isNull(ads.cost_per_purchase)
        and isNull(ads.conversations_with_spend) and isNull(ads.leads_with_spend) and isNull(ads.purchases_with_spend)
        and isNotNull(ads.conversations) and isNotNull(ads.leads) and isNotNull(ads.purchases)
    )
