-- Who may log in.
-- Columns: name, password, role, epoch, invitation, invited_at (ms), created_at (ms), version, pages, workspace.
SELECT
    name, password, role, epoch, invitation,
    toUnixTimestamp64Milli(users.invited_at) AS invited_at,
    toUnixTimestamp64Milli(users.created_at) AS created_at,
    version, pages, workspace
FROM users FINAL
ORDER BY name
