select
    concat(toString(steps.day), '/', steps.source, '/', steps.step) as funnel_day_key,
    steps.day as day,
    steps.source as source,
    steps.step_number as step_number,
    steps.step as step,
    sum(steps.conversations) as conversations
from {{ ref('stg_funnel_steps') }} as steps
group by steps.day, steps.source, steps.step_number, steps.step
