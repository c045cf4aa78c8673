-- Links as they are now: a row a slug.
CREATE VIEW IF NOT EXISTS links_now AS
SELECT * FROM links ORDER BY version DESC LIMIT 1 BY slug
