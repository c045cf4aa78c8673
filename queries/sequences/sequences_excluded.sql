-- People who do not count: for people_sequences. Parameter: excluded (page/person).
AND concat(page_id, '/', person_id) NOT IN {excluded:Array(String)}
