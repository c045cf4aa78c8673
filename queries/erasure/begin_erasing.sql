-- Notes whom the deletions that follow are about. Parameters: pages, people (lists of one length).
INSERT INTO erasing
SELECT each.1, each.2
FROM (SELECT arrayJoin(arrayZip({pages:Array(String)}, {people:Array(String)})) AS each)
