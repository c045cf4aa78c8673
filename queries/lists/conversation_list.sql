-- Conversations that were opened in a range, in time.
-- Parameters: from, to (milliseconds; to is exclusive), after_time (ms), after_page, after_person (the
-- row behind which to begin), reached, missed (a stage that all have reached, and one that none has; empty:
-- any), filter_names, filter_values (dimensions and what they must be), limit, offset; page, person (empty,
-- or the only person).
-- Columns: opened_at (ms), page_id, person_id, number, channel, source, source_name, ref,
-- ad_id, ad_title, referer, country, link, campaign, ad_set, medium, owner; the stages' times (ms; null if not
-- reached); last_act_at, waiting_since (ms), acts, answers, answered_app, answered_persona.
SELECT
    toUnixTimestamp64Milli(v_conversations.opened_at) AS opened_at,
    toString(page_id) AS page_id,
    person_id,
    number,
    toString(channel) AS channel,
    source,
    toString(source_name) AS source_name,
    ref,
    toString(ad_id) AS ad_id,
    toString(ad_title) AS ad_title,
    toString(referer) AS referer,
    toString(country) AS country,
    link,
    campaign,
    ad_set,
    medium,
    owner,
    toUnixTimestamp64Milli(v_conversations.messaged_at) AS messaged_at,
    toUnixTimestamp64Milli(v_conversations.answered_at) AS answered_at,
    toUnixTimestamp64Milli(v_conversations.engaged_at) AS engaged_at,
    toUnixTimestamp64Milli(v_conversations.lead_at) AS lead_at,
    toUnixTimestamp64Milli(v_conversations.purchase_at) AS purchase_at,
    toUnixTimestamp64Milli(v_conversations.last_act_at) AS last_act_at,
    toUnixTimestamp64Milli(v_conversations.waiting_since) AS waiting_since,
    acts,
    answers,
    toString(answered_app) AS answered_app,
    toString(answered_persona) AS answered_persona
FROM v_conversations
WHERE v_conversations.opened_at >= fromUnixTimestamp64Milli({from:Int64})
    AND v_conversations.opened_at < fromUnixTimestamp64Milli({to:Int64})
    AND (toUnixTimestamp64Milli(v_conversations.opened_at), toString(page_id), person_id)
        > ({after_time:Int64}, {after_page:String}, {after_person:String})
    AND ({person:String} = '' OR page_id = {page:String} AND person_id = {person:String})
    AND multiIf(
        {reached:String} = 'messaged', v_conversations.messaged_at IS NOT NULL,
        {reached:String} = 'answered', v_conversations.answered_at IS NOT NULL,
        {reached:String} = 'engaged', v_conversations.engaged_at IS NOT NULL,
        {reached:String} = 'lead', v_conversations.lead_at IS NOT NULL,
        {reached:String} = 'purchase', v_conversations.purchase_at IS NOT NULL,
        true)
    AND multiIf(
        {missed:String} = 'messaged', v_conversations.messaged_at IS NULL,
        {missed:String} = 'answered', v_conversations.answered_at IS NULL,
        {missed:String} = 'engaged', v_conversations.engaged_at IS NULL,
        {missed:String} = 'lead', v_conversations.lead_at IS NULL,
        {missed:String} = 'purchase', v_conversations.purchase_at IS NULL,
        true)
    AND arrayAll((name, value) -> value = multiIf(
            name = 'source', source,
            name = 'page', toString(page_id),
            name = 'channel', toString(channel),
            name = 'ref', ref,
            name = 'ad', toString(ad_id),
            name = 'ad_set', ad_set,
            name = 'campaign', campaign,
            name = 'link', link,
            name = 'medium', medium,
            name = 'owner', owner,
            name = 'country', toString(country),
            name = 'referer', toString(referer),
            ''),
        {filter_names:Array(String)}, {filter_values:Array(String)})
ORDER BY opened_at, page_id, person_id
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
SETTINGS do_not_merge_across_partitions_select_final = 1
