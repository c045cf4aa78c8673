-- Whether the database answers.
SELECT 1 :: UInt8
