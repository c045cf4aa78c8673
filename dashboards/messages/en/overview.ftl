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
overview-tile-answered = Answered
overview-tile-lead = Leads
overview-tile-purchase = Purchases
overview-clock = The value of conversions alone is by day of conversion.
overview-tile-value = Value by day of conversion
    .meaning = Value of all conversions that happened in these days, whenever their conversation was opened
overview-tile-cost = Cost per lead
    .meaning = What ads cost on the days of which that is known, by the leads of the conversations that they opened on those days
overview-tile-response = Median response time
    .meaning = Median time from a person's first message to the first answer, for conversations opened in this period
overview-wrote = { $share } wrote
overview-answered = { $count } of those who wrote
overview-of-conversations = { $share } of conversations
overview-of-conversions = of { $count } conversions
overview-spent = { $amount } { $currency } spent
overview-response-slow = P90: { $time }
overview-change = { $change } % vs. the previous { $days } days
overview-change-so-far = { $change } % vs. the previous { $days } days, up to the same hour
overview-change-later = { $change } % vs. the previous { $days } days at the same age

overview-funnel = From opening to purchase
    .note = Conversations opened in this period. A stage counts only after all stages before it, within 28 days of the opening.
    .figures = Figures of the funnel
overview-stage = Stage
overview-conversations = Conversations
    .meaning = How many conversations reached the stage; of impressions and clicks, what Meta counts
overview-of-previous = Step conversion
    .meaning = Share of the conversations that reached the previous stage
overview-of-first = Overall conversion
    .meaning = Share of all conversations opened in this period
overview-trend = Daily trend
    .note = Each day shows the conversations opened on it; their leads and purchases may have come later.
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
