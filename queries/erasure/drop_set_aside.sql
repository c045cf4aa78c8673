-- Removes a part that was set aside. Parameters: table, name.
ALTER TABLE {table:Identifier} DROP DETACHED PART {name:String} SETTINGS allow_drop_detached = 1
