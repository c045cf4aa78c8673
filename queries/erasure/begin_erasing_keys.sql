-- Notes what else the deletions that follow are about. Parameters: kind, keys.
INSERT INTO erasing_keys
SELECT {kind:String}, arrayJoin({keys:Array(String)})
