-- Whoever is known by several names is one person: for custom_funnel_events.
transform(concat(found.page_id, ' ', found.person_id), known.1, known.2, found.person_id)
