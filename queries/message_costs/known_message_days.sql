-- Of which days it is known what a business account's messages cost.
-- Parameters: account, first, last (days since 1970-01-01, both inclusive).
-- Columns: date, version (UTC microseconds of the import).
SELECT date, version
FROM message_costs FINAL
WHERE business_account = {account:String} AND date >= toDate({first:UInt16}) AND date <= toDate({last:UInt16})
