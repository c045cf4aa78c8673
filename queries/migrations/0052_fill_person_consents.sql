-- What was said before this version.
INSERT INTO person_consents
SELECT done.page_id, done.person_id, said.consent, said.version
FROM (SELECT * FROM matched_conversions FINAL WHERE person_id != '') AS done
INNER JOIN (SELECT * FROM report_consents FINAL) AS said ON said.report_id = done.report_id
