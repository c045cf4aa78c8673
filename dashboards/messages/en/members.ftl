# Logging in, the first password, and the settings page.
login-title = Log in to messenger-funnel
login-name = Name
login-password = Password
login-button = Log in
login-by = Log in with { $provider }
login-lost = Without a password, or if it is lost: an admin makes a one-time link on the settings page.
login-unfit = name and password do not fit
login-too-many = { $seconds ->
    [one] too many tries; wait { $seconds } second
   *[other] too many tries; wait { $seconds } seconds
}
login-unavailable = Users and tokens cannot be reached now; the log of this server says why.
login-foreign-form = This was sent from another site's page.
# Of a provider by whom people log in.
login-provider-denied = { $provider } says that you have been refused, or have refused it yourself
login-provider-away = { $provider } cannot let anybody in now; try again in a few minutes
login-provider-asks = { $provider } wants to ask you something first; try again
login-provider-refuses = { $provider } has not let you in; the log of this server says why
login-provider-fails = { $provider } cannot be asked who you are now; the log of this server says why
login-damaged = the table of users is damaged: nobody is let in until the server's administrator has looked at it
login-no-user-yet = there is no user yet: the first admin is made by the one-time link in the server's log
login-no-user-here = { $name } is no user here; an admin makes users on the settings page
login-vouched-name = { $provider } calls you "{ $name }", and a name has 1 to 64 letters, digits, and . _ @ + -; an admin can help: server.oidc.claim names another claim
login-not-begun = this login did not begin in this browser, or more than 15 minutes ago: try again
login-unverified = the address { $address } is not verified
login-no-claim = the provider does not tell the claim that we know people by
login-foreign-domain = { $name } is not let in here: their domain is none of ours

welcome-title = Set a password
welcome-no-longer = This link is no longer good
welcome-no-longer-why = It has been used, or is older than three days. An admin makes a new one on the settings page.
welcome-name = Welcome, { $name }
welcome-first = The first user
welcome-first-name = By which you log in. You will be an admin; from then on everybody logs in, on this machine too
welcome-shortest = At least { $shortest } letters
welcome-again = The same again
welcome-button = Set the password and log in
welcome-differ = the two passwords differ
welcome-old-link = this link has been used, or is too old
welcome-short = a password has at least { $shortest } letters
welcome-long = a password has at most { $longest } bytes

role-viewer = Sees all figures, and nobody's id
role-analyst = Sees people too, and makes links and reports
role-admin = Does everything

scope-read = Figures
scope-people = Lists of conversations, touchpoints and conversions; journeys
scope-write = Links and reports
scope-conversions = Reporting conversions
scope-admin = Users, tokens, erasing people

settings-users = Users
settings-no-users = There is no user yet: whoever is at this machine may do everything, and nobody else gets in. The first is made by the link that the server prints when it starts; after that everybody logs in.
settings-name = Name
settings-role = Role
settings-role-of = Role of { $name }
settings-give = Give
settings-workspace = Workspace
settings-workspace-of = Workspace of { $name }
settings-all-workspaces = all
settings-move = Move
settings-workspaces = Workspaces
settings-workspaces-help = Pages, Instagram accounts, WhatsApp numbers and ad accounts that are looked at together and alone, such as those of one client. A member sees the figures, costs and people of their workspace, and nothing beyond it.
settings-new-workspace = New workspace
settings-make-workspace = Make the workspace
workspace-title = Title
workspace-pages = Pages
workspace-pages-help = Ids of Pages, Instagram accounts and WhatsApp numbers, with commas
workspace-accounts = Ad accounts
workspace-accounts-help = Their digits, with commas. What a file told of no ad account is in no workspace
workspace-currency = Currency
workspace-language = Language
workspace-own-language = that of each browser
workspace-no-members = It has no members yet.
workspace-members = Members: { $members }
workspace-unknown = nothing is known of { $ids }
workspace-save = Save the workspace
workspace-remove = Remove the workspace
workspace-remove-help = Once it has no members. What was made in it is kept, and shown to nobody any more
settings-since = Since
settings-change = Change
settings-no-password = has not set a password yet
settings-new-link = New link
settings-new-link-help = Ends their sessions and their password
settings-remove = Remove
settings-new-user = A new user
settings-make-user = Add user
# A role or a scope, and what it is good for.
settings-meaning = { $name }: { $meaning }
# Above what is shown once.
settings-one-time-link = One-time link for { $name }, good for three days:
settings-new-link-told = One-time link for { $name }, good for three days; their sessions have ended:
settings-token-told = The token { $name }: it is shown this once:

settings-tokens = Tokens
settings-tokens-help = For programs: <code>Authorization: Bearer …</code>. Those of the settings file are not listed here.
settings-good-for = Good for
settings-made = Made
settings-made-by = { $day } by { $who }
settings-until = Until
settings-used = Last used
settings-never = never
settings-expired = expired
settings-revoke = Revoke
settings-new-token = A new token
settings-days = Days
settings-days-help = Empty: for good
settings-days-no-number = days: it is no number
settings-make-token = Make the token

settings-audit = Audit log
settings-no-acts = Nothing yet.
settings-when = When
settings-who = Who
settings-what = What
settings-about = About
settings-from = From

settings-bad-name = a name has 1 to 64 letters, digits, and . _ @ + -
settings-user-taken = there is a user "{ $name }" already
settings-no-user = there is no user "{ $name }"
settings-only-admin = this is the only admin; make another one first
settings-admin-sees-all = an admin sees all workspaces; give another role first
settings-scope-of-all = the scope "{ $scope }" is about all Pages; a token of a workspace cannot have it
settings-no-workspace = there is no workspace "{ $name }"
settings-workspace-taken = there is a workspace "{ $name }" already
settings-workspace-removed = a workspace "{ $name }" was removed, and what was made in it still has its name; choose another name
settings-workspace-in-use = { $members } are of the workspace "{ $name }"; move or remove them first, or they would see nothing
workspace-bad-name = name: "{ $text }" is not 1 to 40 small letters, digits and -
workspace-bad-title = title: one line of at most 100 letters
workspace-bad-page = pages: "{ $text }" is no id of a Page, an Instagram account or a WhatsApp number
workspace-bad-account = ad_accounts: "{ $text }" is no id of an ad account: its digits, with or without act_
workspace-too-many = a workspace has at most 300 Pages and 300 ad accounts
workspace-bad-zone = time_zone: "{ $text }" is no time zone such as Europe/Paris
workspace-bad-currency = currency: "{ $text }" is no currency such as EUR
workspace-bad-language = language: "{ $text }" is no language such as fr
settings-token-taken = there is a token "{ $name }" already
settings-no-token = there is no token "{ $name }"
settings-no-scope = a token without a scope is good for nothing
settings-bad-days = a token is good for 1 to { $longest } days, or for good
settings-unreadable = { $text }

settings-in-force = Effective settings
    .about = These stand in the settings file; <code>messenger-funnel config check</code> reads it, and a restart takes it.
settings-time-zone = Time zone
settings-address = Address of this server
settings-unset = not set
settings-attribution = Attribution
    .how = { $model }, touchpoints of { $days } days before a conversion
settings-funnels = Funnels of your own
settings-stages = Stages of a conversation
settings-rules = What makes a lead or a purchase
settings-no-rules = No rule: only shared phone numbers and addresses, and what is reported.
settings-rule-name = Conversion
settings-rule-kind = Kind of event
settings-rule-payload = Payload
