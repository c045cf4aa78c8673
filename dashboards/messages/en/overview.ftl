as-of = As of { $time }.
overview-quarantined = { $count ->
    [one] { $count } item could not be understood and is in quarantine.
   *[other] { $count } items could not be understood and are in quarantine.
}
overview-empty = No conversations in this period
    .help = Choose another period above, or <a href="{ $href }">show everything that is stored</a>.
overview-untitled = Ad without a title

overview-alerts = Needs attention
overview-alerts-more = { $count ->
    [one] { $count } more in Data quality
   *[other] { $count } more in Data quality
}
overview-alerts-about = More in Data quality

overview-tile-opened = Conversations
overview-tile-answered = Reply rate
overview-tile-lead = Leads
overview-tile-purchase = Purchases
overview-clock = The value of conversions alone is by day of conversion.
overview-tile-value = Value by day of conversion
    .meaning = Value of all conversions that happened in these days, whenever their conversation was opened
overview-tile-cost = Cost per lead
    .meaning = What ads cost on the days of which that is known, by the leads of the conversations that they opened on those days
overview-tile-response = Median first response
    .meaning = Median time from a person's first message to the first answer, for conversations opened in this period
overview-wrote = { $share } wrote
overview-answered = { $count } of those who wrote
overview-of-conversations = { $share } of conversations
overview-of-conversions = of { $count } conversions
overview-spent = { $amount } { $currency } spent, { $leads } leads from ads
overview-response-slow = P90: { $time }

overview-funnel = From opening to purchase
    .note = Conversations opened in this period. A stage counts only after all stages before it, within 28 days of the opening.
overview-trend = Daily trend
    .note = Each day shows the conversations opened on it; their leads and purchases may have come later.
    .unfinished = What is drawn lighter is unfinished: a circle is what is expected in the end.
    .figures = Figures of each day
overview-day = Day
overview-opened = Opened
    .meaning = Conversations opened on the day
overview-leads = Leads
    .meaning = Conversations opened on the day that have reached a lead
overview-purchases = Purchases
    .meaning = Conversations opened on the day that have reached a purchase
overview-opened-before = Opened in the previous period
overview-before = Previous
    .meaning = The same day of the previous period
overview-extremes = Best and worst cost per lead
overview-ads-sure = The cheapest and the most expensive of { $count } ads differ by more than picking them out explains.
overview-ads-chance = So large a difference between the cheapest and the most expensive of { $count } ads may be chance.
overview-ads-unknown = How long leads take is not known yet: whether the cheapest and the most expensive of { $count } ads differ cannot be said.
overview-best = Best
overview-worst = Worst
overview-spend = Spend
    .meaning = What the ad cost in these days
overview-interval = 95 % interval
    .meaning = Where the cost of a lead really lies, with 95 % confidence: what was spent is known, how many leads came is chance
overview-at-least = at least { $amount }
overview-all-ads = All ads by cost per lead
overview-sources = Entry points
    .note = How the person entered the thread.
overview-source = Entry point
overview-rate = Purchase rate
    .meaning = Purchases of the opened conversations
overview-value = Value by day of conversion, last touch
    .meaning = Value of the conversions in these days whose last touchpoint was this source
overview-ads = Ads
overview-ad = Ad
overview-ads-left-out = { $count ->
    [one] { $count } more ad with fewer conversations: see the CSV.
   *[other] { $count } more ads with fewer conversations: see the CSV.
}

first-run = No event has come in yet
    .about = Five steps connect a Page; this page fills by itself when the first event comes in.
    .otherwise = Or load an export with <code>messenger-funnel import webhooks FILE</code>. The whole way, with each command and what it answers, is in <code>docs/start/connecting.md</code>.
first-run-address = Give Meta the address
    .known = In your Meta app, under Webhooks, choose Page and set the callback URL <code>{ $address }</code>.
    .unknown = In your Meta app, under Webhooks, choose Page and set the callback URL: the address by which the internet reaches this server, with <code>/webhooks/meta</code> behind it. Put the address into the settings as <code>server.public_url</code>.
first-run-secrets = Share two secrets
    .how = Put the app's secret into <code>meta.app_secrets</code> and a word of your own into <code>meta.verify_token</code>; Meta asks for that word when it verifies the address.
first-run-fields = Subscribe to the fields
    .how = At least <code>messages</code>, <code>messaging_postbacks</code> and <code>messaging_referrals</code>; <code>message_echoes</code> tells of answers, <code>messaging_optins</code> of opt-ins.
first-run-page = Subscribe the Page
    .how = Put its token into <code>meta.page_tokens</code>. <code>messenger-funnel doctor</code> then says what is still missing, and how to mend it.
first-run-test = Try it
    .how = Write to your Page from a phone, by <code>https://m.me/YOUR.PAGE?ref=test</code>. The conversation shows here within seconds, with the ref.
overview-words = Definitions
overview-weekly = Each row is the seven days from the one named.
overview-open = The last day is not over yet; the previous period is cut at the same hour.

overview-points = { $number } pt
overview-change-sure = { $before } in the period it is compared with: more of a change than days usually differ by.
overview-change-chance = { $before } in the period it is compared with: days alone may explain the change.
overview-change-before = { $before } in the period it is compared with.
overview-compared = Compared with { $period }, at the same age. A change is coloured where days alone do not explain it.
overview-compared-so-far = Compared with { $period }, up to the same hour and at the same age. A change is coloured where days alone do not explain it.
overview-filtered = With filters, cost, value and response time are left out: they are known for everything alone.

overview-ad-funnel = From ad to purchase
    .note = Ads whose cost is known: what Meta counts, then conversations these ads opened, with the cost of each step.
overview-cost-each = { $amount } each
overview-cost-thousand = { $amount } per 1,000
overview-dropped = { $count } dropped off
overview-step-converted = { $share } converted
overview-overall = { $share } of all

overview-changed = What changed
    .note = Entry points and ads that moved conversations most, and their part of all that rose or fell.
overview-changed-nothing = Nothing changed.
overview-mover-ad = ad
overview-mover-source = entry point
overview-moved-conversations = { $count ->
    [one] { $change } conversation
   *[other] { $change } conversations
}
overview-moved-leads = { $count ->
    [one] { $change } lead
   *[other] { $change } leads
}
overview-moved-spend = spend { $before } → { $now }
overview-moved-up = { $percent } % of the rise
overview-moved-down = { $percent } % of the fall
overview-moved-chance = within the usual range

overview-incidents = { $count ->
    [one] One incident is open
   *[other] { $count } incidents are open
  }
overview-attention-none = Nothing needs attention.
overview-do-look = Look into it
overview-do-ads = Open ads
overview-do-links = Open links
overview-do-register = Register link
overview-do-compare = Compare
overview-attention-high = Urgent
overview-attention-middle = Important
overview-attention-low = To know
overview-more-funnel = Break down, compare, see paths
overview-compared-nothing = No conversation of { $period } is stored: there is nothing to compare with.
