-- A user who may only read, within limits that he cannot raise. USER, HASH (SHA-256 of the password, hex), MEMORY
-- (bytes a query), SECONDS, ROWS (of a result) stand for what the settings say.
CREATE USER OR REPLACE USER IDENTIFIED WITH sha256_hash BY 'HASH'
SETTINGS
    readonly = 2 READONLY,
    max_memory_usage = MEMORY READONLY,
    max_execution_time = SECONDS READONLY,
    max_result_rows = ROWS READONLY,
    result_overflow_mode = 'throw' READONLY
