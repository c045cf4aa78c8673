select
    steps.day as day,
    steps.page_id as page_id,
    steps.channel as channel,
    steps.source as source,
    steps.ad_id as ad_id,
    steps.link as link,
    steps.campaign as campaign,
    steps.step_number as step_number,
    steps.step as step,
    steps.conversations as conversations
from {{ source('messenger_funnel', 'v_funnel_steps') }} as steps
where steps.day >= toDate('{{ var("first_day") }}')
