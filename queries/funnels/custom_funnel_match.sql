-- Whether an event meets matcher $: all that it says must hold. Stands in custom_funnel_events and wanted_classes, once for
-- each step and exclusion, with its number in the place of the sign before a colon. Lines of what a matcher does not say are left out: no
-- column is read for them, and of many such lines planning would take longer than answering.
true
AND kind IN {kinds$:Array(String)}
AND name IN {names$:Array(String)}
AND match(payload, {payload$:String})
AND match(text, {text$:String})
AND match(replaceRegexpOne(ref, '-mfc[0-9a-f]{20}$', ''), {ref$:String})
AND source IN {sources$:Array(String)}
AND ad_id IN {ads$:Array(String)}
AND value >= {least$:Float64}
AND value <= {most$:Float64}
