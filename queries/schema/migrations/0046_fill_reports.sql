-- Those that came before this version. Theirs was in microseconds of the change.
INSERT INTO reports
SELECT
    report_id, name, time, value, currency, is_retracted, page_id, person_id, click, contacts, received_at,
    bitOr(bitShiftLeft(toUInt128(intDiv(version, 1000)), 86),
        bitShiftLeft(toUInt128(toUnixTimestamp64Milli(received_at)), 44)) AS version
FROM reported_conversions FINAL
