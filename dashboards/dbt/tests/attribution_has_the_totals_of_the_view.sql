-- Credits of a conversion sum to 1 by each model, and credited values to its value: of each model, conversion and currency
-- the mart has as many conversions and as much value as v_conversions. A row is a difference.
select both.model as model, both.conversion as conversion, both.currency as currency
from (
    select
        credits.model as model, credits.conversion as conversion, credits.currency as currency,
        sum(credits.conversions) as conversions, sum(credits.value) as value
    from {{ ref('fct_attribution_daily') }} as credits
    group by credits.model, credits.conversion, credits.currency
    union all
    select
        models.model as model, toString(goals.name) as conversion, toString(goals.currency) as currency,
        -toFloat64(count()) as conversions, -toFloat64(sum(goals.value)) as value
    from {{ source('messenger_funnel', 'v_conversions') }} as goals
    cross join (select arrayJoin({{ var("attribution_models") }}) as model) as models
    where goals.day >= toDate('{{ var("first_day") }}')
    group by models.model, goals.name, goals.currency
) as both
group by both.model, both.conversion, both.currency
having count() != 2
    or abs(sum(both.conversions)) > 1e-6
    or uniqExact(isNull(both.value)) > 1
    or abs(ifNull(sum(both.value), 0)) > 1e-4
