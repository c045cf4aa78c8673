-- How long files stay on disk whose rows have been rewritten or deleted.
-- Parameters: table, seconds.
ALTER TABLE {table:Identifier} MODIFY SETTING old_parts_lifetime = {seconds:UInt32}
