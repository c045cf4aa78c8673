-- Touchpoints in a range, in time.
-- Parameters: from, to (milliseconds; to is exclusive), after_time (ms), after_page, after_person,
-- after_number (the row behind which to begin), filter_names, filter_values (dimensions and what they must be), limit,
-- offset.
-- Columns: time (ms), page_id, person_id, number, channel, source, source_name, ref, ad_id,
-- ad_title, referer, country, ctwa_clid, link, campaign, ad_set, medium, owner.
SELECT
    toUnixTimestamp64Milli(v_touchpoints.time) AS time,
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
    ctwa_clid,
    link,
    campaign,
    ad_set,
    medium,
    owner
FROM v_touchpoints
WHERE v_touchpoints.time >= fromUnixTimestamp64Milli({from:Int64})
    AND v_touchpoints.time < fromUnixTimestamp64Milli({to:Int64})
    AND (toUnixTimestamp64Milli(v_touchpoints.time), toString(page_id), person_id, number)
        > ({after_time:Int64}, {after_page:String}, {after_person:String}, {after_number:UInt32})
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
ORDER BY time, page_id, person_id, number
LIMIT {limit:UInt64} OFFSET {offset:UInt64}
SETTINGS do_not_merge_across_partitions_select_final = 1
