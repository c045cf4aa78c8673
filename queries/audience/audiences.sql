-- Uploaded lists of customers: how many of their members are known as people of a thread, and what
-- they did in a range.
-- Parameters: from, to (milliseconds; to is exclusive).
-- Columns: audience, members, imported_at (ms), known (members who are known), people (those of them
-- who opened a conversation in the range), conversations, leads, purchases (conversations that reached
-- these stages).
WITH
    members AS (SELECT audience, hash, max(imported_at) AS imported_at FROM audience_members GROUP BY audience, hash),
    known AS
    (
        SELECT DISTINCT members.audience AS audience, contacts.hash AS hash, contacts.page_id AS page_id, contacts.person_id AS person_id
        FROM contacts
        INNER JOIN members ON members.hash = contacts.hash
    ),
    opened AS
    (
        SELECT
            each.audience AS audience,
            uniqExact(conversations.page_id, conversations.person_id) AS people,
            count() AS conversations,
            count(conversations.lead_at) AS leads,
            count(conversations.purchase_at) AS purchases
        FROM conversations FINAL
        INNER JOIN (SELECT DISTINCT audience, page_id, person_id FROM known) AS each
            ON each.page_id = conversations.page_id AND each.person_id = conversations.person_id
        WHERE conversations.opened_at >= fromUnixTimestamp64Milli({from:Int64})
            AND conversations.opened_at < fromUnixTimestamp64Milli({to:Int64})
        GROUP BY audience
    )
SELECT
    toString(sizes.audience) AS audience,
    sizes.members AS members,
    toUnixTimestamp64Milli(sizes.imported_at) AS imported_at,
    counted.known AS known,
    opened.people AS people,
    opened.conversations AS conversations,
    opened.leads AS leads,
    opened.purchases AS purchases
FROM (SELECT audience, count() AS members, max(members.imported_at) AS imported_at FROM members GROUP BY audience) AS sizes
LEFT JOIN (SELECT audience, uniqExact(hash) AS known FROM known GROUP BY audience) AS counted
    ON counted.audience = sizes.audience
LEFT JOIN opened ON opened.audience = sizes.audience
ORDER BY audience
