select
    concat(
        toString(credits.day), '/', credits.model, '/', credits.conversion, '/', credits.source, '/', credits.currency
    ) as attribution_day_key,
    credits.day as day,
    credits.model as model,
    credits.conversion as conversion,
    credits.source as source,
    credits.currency as currency,
    sum(credits.credit) as conversions,
    sum(credits.credited_value) as value
from {{ ref('stg_attribution') }} as credits
group by credits.day, credits.model, credits.conversion, credits.source, credits.currency
