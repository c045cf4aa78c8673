-- The mart adds up rows a step; the view beside it has a column a stage. A row is a difference.
with mart as (
    select
        sumIf(steps.conversations, steps.step = 'opened') as opened,
        sumIf(steps.conversations, steps.step = 'messaged') as messaged,
        sumIf(steps.conversations, steps.step = 'answered') as answered,
        sumIf(steps.conversations, steps.step = 'engaged') as engaged,
        sumIf(steps.conversations, steps.step = 'lead') as lead,
        sumIf(steps.conversations, steps.step = 'purchase') as purchase
    from {{ ref('fct_funnel_daily') }} as steps
),
told as (
    select
        sum(daily.opened) as opened, sum(daily.messaged) as messaged, sum(daily.answered) as answered,
        sum(daily.engaged) as engaged, sum(daily.lead) as lead, sum(daily.purchase) as purchase
    from {{ source('messenger_funnel', 'v_funnel_daily') }} as daily
    where daily.day >= toDate('{{ var("first_day") }}')
)
select * from (select * from mart except select * from told)
union all
select * from (select * from told except select * from mart)
