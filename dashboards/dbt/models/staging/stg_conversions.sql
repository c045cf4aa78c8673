select
    concat(conversions.page_id, '/', conversions.person_id, '/', toString(conversions.number)) as conversion_key,
    conversions.day as day,
    conversions.time as time,
    conversions.page_id as page_id,
    conversions.channel as channel,
    conversions.name as conversion,
    conversions.value as value,
    conversions.currency as currency
from {{ source('messenger_funnel', 'v_conversions') }} as conversions
where conversions.day >= toDate('{{ var("first_day") }}')
