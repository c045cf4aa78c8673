# The audience page: who opted in to notifications, and customer lists.
audience-title = Audience
audience-asof = Who may be written to outside of the messaging window, because they opted in to notifications. Meta does not tell when a one-time permission was used: it counts until it runs out.
audience-none = Nobody has opted in yet
audience-none-help = Opt-ins to marketing messages and one-time notifications come by the webhook field <code>messaging_optins</code>.

audience-by-day = Opted-in people by day
    .label = Opted-in audience by day
audience-chart = Opted-in audience by day over { $days ->
    [one] { $days } day
   *[other] { $days } days
}: { $count } at the end. The table below has each day.
audience-people = Audience
    .meaning = People who have opted in at the end of the day
audience-opted-in = Opted in
    .meaning = People who opted in on the day
audience-stopped-or-expired = Stopped or ran out
audience-each-day = Each day
audience-day = Day
audience-stopped = Stopped
    .meaning = People who stopped notifications on the day
audience-expired = Ran out
    .meaning = People whose opt-in ran out on the day

audience-lists = Customer lists
audience-lists-none = No list has been imported: <code>messenger-funnel import audience FILE --name NAME</code> takes what was uploaded to Meta for customer matching. Only hashes are stored.
audience-lists-help = Known are those who shared their number or address in a thread.
audience-list = List
audience-imported = Imported
audience-members = Members
    .meaning = Distinct phone numbers and e-mail addresses of the list
audience-known = Known
    .meaning = Members who shared their number or address in a thread
audience-wrote = Wrote these days
    .meaning = Known members who opened a conversation in these days
audience-conversations = Conversations
    .meaning = Their conversations of these days
audience-leads = Leads
    .meaning = Those of them that reached a lead
audience-purchases = Purchases
    .meaning = Those of them that reached a purchase
