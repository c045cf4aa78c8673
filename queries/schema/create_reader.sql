-- A user who may only read, within limits that he may tighten and not loosen. user, hash (SHA-256 of the password, hex), memory
-- (bytes a query), seconds, rows (of a result) stand for what the settings say.
CREATE USER OR REPLACE <<user>> IDENTIFIED WITH sha256_hash BY '<<hash>>'
SETTINGS
    readonly = 2 READONLY,
    use_query_condition_cache = 0,
    max_memory_usage = <<memory>> MIN 1 MAX <<memory>>,
    max_execution_time = <<seconds>> MIN 1 MAX <<seconds>>,
    max_result_rows = <<rows>> MIN 1 MAX <<rows>>
