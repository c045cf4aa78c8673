-- Tokens that may ask one question alone, for addresses that stand in spreadsheets.
ALTER TABLE api_tokens
    ADD COLUMN IF NOT EXISTS question String COMMENT 'the one question that it may ask, as an address; empty: whatever its scopes allow',
    ADD COLUMN IF NOT EXISTS asks_as String COMMENT 'user whose Pages it sees, and without whom it is good no more; empty: none'
;
