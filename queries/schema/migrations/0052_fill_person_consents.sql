-- What was said before this version, by way of reports that are given back too.
INSERT INTO person_consents
SELECT done.page_id, done.person_id, said.consent, said.version
FROM
(
    SELECT report_id, page_id, person_id FROM matched_conversions FINAL WHERE person_id != ''
    UNION DISTINCT
    SELECT report_id, page_id, person_id FROM reported_conversions FINAL WHERE person_id != ''
) AS done
INNER JOIN (SELECT * FROM report_consents FINAL) AS said ON said.report_id = done.report_id
