-- Notes what the classes are of the events of everyone who has changed in some batches, from a month on, as far as it is not
-- known.
-- definitions stands for changed_names, class for the file of that name.
-- Parameters: changed (table), batches, bound, is_older, from_month (date).
INSERT INTO event_classes (month, class, kind, name, source, payload, ref, ad_id)
WITH
<<definitions>>,
    found AS
    (
        SELECT DISTINCT
            toStartOfMonth(time) AS month, <<class>> AS class, kind, name, source, payload,
            replaceRegexpOne(ref, '-mfc[0-9a-f]{20}$', '') AS base, ad_id
        FROM events_by_person
        WHERE time >= toDateTime64({from_month:Date}, 3, 'UTC')
            AND (page_id, person_id) GLOBAL IN names
            AND kind NOT IN ('delivery', 'read')
    )
SELECT month, class, kind, name, source, payload, base, ad_id
FROM found
WHERE (month, class) GLOBAL NOT IN (SELECT month, class FROM event_classes WHERE class GLOBAL IN (SELECT class FROM found))
SETTINGS distributed_product_mode = 'allow'
