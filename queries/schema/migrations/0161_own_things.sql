-- To which workspace it belongs what somebody wrote of a day, and what is kept under a name that others may have too.
ALTER TABLE annotations
    ADD COLUMN IF NOT EXISTS workspace String COMMENT 'the workspace whose members wrote it; empty: people of all'
;

ALTER TABLE saved_views
    ADD COLUMN IF NOT EXISTS workspace String COMMENT 'the workspace whose it is if it is shared; empty: that of people of all'
;
