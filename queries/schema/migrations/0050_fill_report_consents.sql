-- What was said before this version.
INSERT INTO report_consents
SELECT
    report_id, assumeNotNull(consent),
    bitOr(bitShiftLeft(toUInt128(intDiv(version, 1000)), 86),
        bitShiftLeft(toUInt128(toUnixTimestamp64Milli(received_at)), 44)) AS version
FROM reported_conversions FINAL
WHERE consent IS NOT NULL
