-- Whether an event meets matcher $: all that it says must hold. Stands in custom_funnel_events, once for
-- each step and exclusion, with its number in the place of the sign. What a matcher does not say is
-- constant, and its column is not read.
(empty({kinds$:Array(String)}) OR kind IN {kinds$:Array(String)})
AND (empty({names$:Array(String)}) OR name IN {names$:Array(String)})
AND ({payload$:String} = '' OR match(payload, {payload$:String}))
AND ({text$:String} = '' OR match(text, {text$:String}))
AND ({ref$:String} = '' OR match(replaceRegexpOne(ref, '-mfc[0-9a-f]{20}$', ''), {ref$:String}))
AND (empty({sources$:Array(String)}) OR source IN {sources$:Array(String)})
AND (empty({ads$:Array(String)}) OR ad_id IN {ads$:Array(String)})
AND (isNull({least$:Nullable(Float64)}) OR value >= {least$:Nullable(Float64)})
AND (isNull({most$:Nullable(Float64)}) OR value <= {most$:Nullable(Float64)})
