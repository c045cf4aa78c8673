# The quality page: what came in, what is not understood, what is lost, and what has fallen silent.
quality-title = Data quality
quality-as-of = As of { $time }.

quality-tile-events = Events
    .note = each once
quality-tile-quarantined = In quarantine
    .note = not understood, of any day
quality-tile-late = Late
    .note = came in over an hour after they happened; so does what is imported
quality-tile-clamped = Impossible times
    .note = they have their webhook's

quality-alerts = Needs attention
    .label = Alerts
quality-alerts-none = Nothing stands out.
# Kinds of alerts, as the API names them, and what they say.
quality-kind-silence = silence
quality-kind-reconciliation = reconciliation
quality-kind-typo = typo
quality-kind-lost_refs = lost_refs
quality-kind-policy = policy
quality-kind-quarantine = quarantine
quality-kind-broken_parts = broken parts
quality-alert-policy = Meta: { $action } of Page { $page }. { $reason }
quality-alert-silence = No entries through the { $door } { $id } for { $days } days; usually { $usual } a day.
quality-alert-typo = { $count ->
    [one] { $count } person
   *[other] { $count } people
} entered through the ref "{ $ref }", which is not registered; did you mean "{ $nearest }"?
quality-alert-lost = Of { $clicks } clicks on the link { $link } { $lost } did not arrive in a thread: is there a Get Started button, and does the link lead to the right Page?
quality-alert-quarantine = { $count ->
    [one] { $count } item
   *[other] { $count } items
} could not be understood. `journal replay --quarantined` tries them again after an upgrade.
quality-alert-broken-parts = ClickHouse could not read { $count ->
    [one] { $count } part
   *[other] { $count } parts
} of its tables and set them aside. What the journal still held was shipped again; restore a backup if older figures are missing.
quality-alert-reconciliation = On { $date } we have { $ours } conversations by ads of act_{ $account }, Meta has { $meta }: usual would be { $low } to { $high } of ours. { $advice }
quality-advice-fewer = Do the Page's webhooks still come, with messages and messaging_referrals?
quality-advice-more = Has the account's spend been fetched since?

quality-unknown = Unregistered refs
    .label = Unknown refs
quality-unknown-help = People entered through links with these refs, which are not registered.
quality-ref = Ref
quality-came-by-it = Entries
    .meaning = Entries into a thread by this ref
quality-last = Last
quality-nearest = Did you mean
quality-page = Page

quality-threads = New threads without a referral
    .label = Threads without a referral
quality-threads-help = Page button, search and Page chat window leave no mark on the wire; neither does a lost ref. A Page without a Get Started button never tells the ref of new people.
quality-new-threads = New threads
    .meaning = People who opened their first conversation in these days
quality-without-referral = Without referral
    .meaning = Those who came without a referral: organic, or their referral was lost
quality-share = Share
    .meaning = Of all clicks, or all new threads, the part in the column before

quality-lost = Clicks that did not arrive
    .label = Lost clicks
quality-lost-help = Clicks on tracked links whose person was not seen in a thread since: people who did not write, and refs that were lost.
quality-link = Link
quality-clicks = Clicks
    .meaning = Visits of people to the tracked link
quality-arrived = Arrived
    .meaning = Clicks whose person was seen in a thread
quality-did-not = Did not
    .meaning = Clicks whose person was not seen in a thread

quality-silent = Inactive entry points
    .label = Inactive entry points
quality-silent-help = Of the 28 days before. At their own rate, inactivity this long has a chance of less than 1 in 1,000 (Poisson).
quality-door = Entry point
quality-door-named = { $door } { $id }
quality-usual-per-day = Usual per day
    .meaning = Entries a day through this entry point, as it was before
quality-silent-days = Inactive days
    .meaning = Days since the last entry by it
quality-expected = Expected meanwhile
    .meaning = Entries that would have come in this time at the usual rate

quality-beside-meta = Compared with Meta
    .label = Compared with Meta
quality-beside-meta-help = Our conversations by ads in which the person wrote, beside Meta's “messaging conversations started”. Days are the ad account's. Usual is what the 28 days before let expect; a day outside of it is told above.
quality-day = Day
quality-account = Account
quality-ours = Ours
    .meaning = Our conversations by the account’s ads in which the person wrote
quality-metas = Meta's
    .meaning = What Meta counts as conversations started
quality-gap = Gap
    .meaning = Ours minus Meta’s
quality-usual = Usual
    .meaning = The range in which ours lies on 999 of 1,000 days like those before
quality-causes = What may explain it
quality-cause-without-referral = { $count ->
    [one] { $count } new thread without a referral
   *[other] { $count } new threads without a referral
}
quality-cause-opened-silently = { $count } opened, nothing written
quality-cause-within-7-days = { $count } came again within 7 days
quality-cause-late = { $count } came in late
quality-cause-moved-by-zone = { $count } moved by the time zone

quality-none = No events in this period
quality-nobody = Events without a person
quality-nobody-help = They are in no conversation and in no funnel.
quality-nobody-why = Reason
quality-nobody-group = Group chats: several people write
quality-nobody-self = The business wrote to itself
quality-nobody-unmatched = Reported conversions whose person is not found yet
quality-nobody-business = About the Page or the number itself
quality-nobody-refused = Not understood: { $reason }
quality-kinds = Events by kind
quality-channel = Messaging app
quality-kind = Kind
quality-wire = On the wire
quality-events = Events
    .meaning = Distinct events of these days
quality-people = People
    .meaning = People who had such an event
quality-impossible-time = Impossible time
    .meaning = Events whose own time was impossible; they have that of their webhook
quality-late = Late
    .meaning = Events that came in more than an hour after their time
quality-nothing = Nothing has come in in these days, so nothing can be told. If nothing has ever come in, the <a href="/">overview</a> tells how to begin.
quality-erased = { $count ->
    [one] { $count } item was not taken: its person had been erased after it happened.
   *[other] { $count } items were not taken: their people had been erased after they happened.
}
quality-received = { $received ->
    [one] { $received } event came in
   *[other] { $received } events came in
}: { $accepted } accepted, { $duplicates } delivered again. { $quarantined ->
    [0] Nothing is in quarantine.
    [one] { $quarantined } item is in quarantine besides.
   *[other] { $quarantined } items are in quarantine besides.
}
