-- Tokens that were made on the settings page.
-- Columns: name, hash, scopes, made_by, made_at (ms), expires_at (ms or null), used_at (ms or null), question, asks_as,
-- workspace, version.
SELECT
    tokens.name AS name, hash,
    CAST(scopes AS Array(String)) AS scopes,
    made_by,
    toUnixTimestamp64Milli(tokens.made_at) AS made_at,
    toUnixTimestamp64Milli(tokens.expires_at) AS expires_at,
    if(uses.name = '', NULL, toUnixTimestamp64Milli(uses.used_at)) AS used_at,
    question, asks_as, workspace,
    version
FROM (SELECT * FROM api_tokens FINAL) AS tokens
LEFT JOIN (SELECT name, used_at FROM token_uses FINAL) AS uses ON uses.name = tokens.name
ORDER BY name
