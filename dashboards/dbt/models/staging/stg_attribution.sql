{%- set models = var('attribution_models') -%}
-- The view has a column a model; here is a row a model. The function arrayJoin, for ClickHouse confuses a clause
-- ARRAY JOIN with the one inside the view.
select
    each.conversion_key as conversion_key,
    each.position as position,
    each.credited.1 as model,
    each.day as day,
    each.conversion as conversion,
    each.source as source,
    each.campaign as campaign,
    each.ad_id as ad_id,
    each.currency as currency,
    each.credited.2 as credit,
    toFloat64(each.value) * each.credited.2 as credited_value
from (
    select
        concat(credits.page_id, '/', credits.person_id, '/', toString(credits.number)) as conversion_key,
        credits.position as position,
        credits.day as day,
        toString(credits.name) as conversion,
        credits.source as source,
        credits.campaign as campaign,
        credits.ad_id as ad_id,
        toString(credits.currency) as currency,
        credits.value as value,
        arrayJoin([
            {%- for model in models %}
            ('{{ model }}', credits.credit_{{ model }}){{ ',' if not loop.last }}
            {%- endfor %}
        ]) as credited
    from {{ source('messenger_funnel', 'v_attribution') }} as credits
    where credits.day >= toDate('{{ var("first_day") }}')
) as each
