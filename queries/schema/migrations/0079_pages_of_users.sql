-- Pages that a user is limited to.
ALTER TABLE users ADD COLUMN IF NOT EXISTS pages Array(String) COMMENT 'Pages that they may see; all if empty'
