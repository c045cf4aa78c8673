-- Each total by currency, in the mart and in the view; a row is a difference.
with mart as (
    select
        ads.currency as currency, sum(ads.spend) as spend, sum(ads.conversations) as conversations,
        sum(ads.leads) as leads, sum(ads.purchases) as purchases, countIf(isNull(ads.spend)) as unknown
    from {{ ref('fct_ads_daily') }} as ads
    group by ads.currency
),
told as (
    select
        ads.currency as currency, sum(ads.spend) as spend, sum(ads.opened) as conversations,
        sum(ads.lead) as leads, sum(ads.purchase) as purchases, countIf(isNull(ads.spend)) as unknown
    from {{ source('messenger_funnel', 'v_ads_daily') }} as ads
    where ads.day >= toDate('{{ var("first_day") }}')
    group by ads.currency
)
select * from (select * from mart except select * from told)
union all
select * from (select * from told except select * from mart)
