-- Whom a plugin knew by a reference of its own, and who has an id now, is one person: for own_funnel_events.
if(startsWith(found.person_id, 'user_ref:'),
    transform(concat(page_id, ' ', found.person_id), known.1, known.2, found.person_id),
    found.person_id)
