-- Reports that were written on the page.
-- Columns: name, definition.
SELECT name, definition FROM report_definitions FINAL ORDER BY name
