-- The class of an event of events_by_person: for sequences_made and classes_made.
sipHash64(toString(kind), toString(name), toString(source), payload, replaceRegexpOne(ref, '-mfc[0-9a-f]{20}$', ''), ad_id)
