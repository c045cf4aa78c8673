-- Every visit of a person is a click.
CREATE MATERIALIZED VIEW IF NOT EXISTS clicks_of_visits TO clicks AS
SELECT visit_id AS click, slug FROM link_visits WHERE visitor = 'person'
