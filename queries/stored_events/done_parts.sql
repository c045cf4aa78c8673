-- Which parts of a piece of one-time work are done; an empty one: all of it.
-- Parameters: work.
-- Columns: part.
SELECT DISTINCT part FROM one_time_work WHERE work = {work:String}
