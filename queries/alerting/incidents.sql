-- Incidents that are open, or were over after an instant, with what people said of them: the latest first.
-- Parameters: since (milliseconds), id (empty: all).
-- Columns: id, rule, about, reason (JSON), severity, opened_at, last_seen_at, closed_at (ms), acknowledged_by (empty: nobody),
-- snoozed_until (ms), is_muted, version.
SELECT
    found.id AS id,
    toString(found.rule) AS rule,
    found.about AS about,
    found.reason AS reason,
    toString(found.severity) AS severity,
    toUnixTimestamp64Milli(found.opened_at) AS opened_at,
    toUnixTimestamp64Milli(found.last_seen_at) AS last_seen_at,
    toUnixTimestamp64Milli(found.closed_at) AS closed_at,
    marks.acknowledged_by AS acknowledged_by,
    toUnixTimestamp64Milli(marks.snoozed_until) AS snoozed_until,
    mutes.made_by != '' AS is_muted,
    found.version AS version
FROM (SELECT * FROM incidents FINAL WHERE {id:String} = '' OR id = {id:String}) AS found
LEFT ANY JOIN (SELECT * FROM incident_marks FINAL) AS marks ON marks.incident = found.id
LEFT ANY JOIN (SELECT * FROM alert_mutes FINAL) AS mutes
    ON mutes.rule = toString(found.rule) AND mutes.about = found.about
WHERE found.closed_at IS NULL OR found.closed_at >= fromUnixTimestamp64Milli({since:Int64})
ORDER BY opened_at DESC, id
LIMIT 1000
