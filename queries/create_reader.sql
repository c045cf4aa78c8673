-- A user who may only read, within limits that he may tighten and not loosen. USER, HASH (SHA-256 of the password, hex), MEMORY
-- (bytes a query), SECONDS, ROWS (of a result) stand for what the settings say.
CREATE USER OR REPLACE USER IDENTIFIED WITH sha256_hash BY 'HASH'
SETTINGS
    readonly = 2 READONLY,
    use_query_condition_cache = 0,
    max_memory_usage = MEMORY MIN 1 MAX MEMORY,
    max_execution_time = SECONDS MIN 1 MAX SECONDS,
    max_result_rows = ROWS MIN 1 MAX ROWS
