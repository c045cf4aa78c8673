-- Reported conversions that name a click or a contact. Parameters: keys. Columns: report_id.
SELECT DISTINCT report_id FROM waiting_conversions WHERE key IN {keys:Array(String)}
