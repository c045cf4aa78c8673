-- The saved view with which somebody begins.
-- Parameters: owner.
-- Columns: view.
SELECT view
FROM start_pages FINAL
WHERE owner = {owner:String}
