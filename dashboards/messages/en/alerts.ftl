# Alerts: what was found, the page of incidents and rules, and notices.
alert-webhooks-stopped = No webhook has come for { $minutes } minutes; { $expected } were to be expected
alert-unusual = { $count ->
    [one] One conversation
   *[other] { $count } conversations
  } in { $hours ->
    [one] the last hour
   *[other] the last { $hours } hours
  }; usual are { $low } to { $high }
alert-silence = { $door ->
    [ad] Nobody has come by the ad { $id } for { $days } days; usual are { $usual } a day
   *[other] Nobody has come by the ref { $id } for { $days } days; usual are { $usual } a day
  }
alert-spend-without-conversation = The ad { $name } has cost { $spend } { $currency } in three days and brought no conversation; { $missed } were to be expected
alert-cost-jump = A conversation costs { $cost } { $currency } in the last three days, { $before } { $currency } in the four weeks before
alert-policy = { $action ->
    [block] Meta has blocked { $page }: { $reason }
    [warning] Meta has warned { $page }: { $reason }
   *[other] Meta enforces a policy on { $page }: { $reason }
  }
alert-bound = { $figure } over { $over }: { $value }{ $unit }, { $is ->
    [above] above
   *[below] below
  } { $bound }
alert-change = { $figure } over { $over }: { $value }{ $unit }, { $before } in the time before
alert-over-hours = { $count ->
    [one] the last hour
   *[other] the last { $count } hours
  }
alert-over-days = { $count ->
    [one] the last day
   *[other] the last { $count } days
  }
alert-over-other = { $time }
alert-band = { $figure } on { $day }: { $count }; usual are { $low } to { $high }
alert-unknown = Another version of the program has found this, by the rule { $rule }

alert-figure-conversations = Conversations
alert-figure-leads = Leads
alert-figure-purchases = Purchases
alert-figure-reply_rate = Reply rate
alert-figure-median_first_response = Median first response (minutes)
alert-figure-spend = Spend
alert-figure-cost_per_conversation = Cost per conversation
alert-figure-cost_per_lead = Cost per lead
alert-figure-cost_per_purchase = Cost per purchase
alert-figure-value = Value
alert-figure-roas = ROAS by day of opening

alert-notice-opened = Alert: { $rule }
alert-notice-closed = Over again: { $rule }
alert-notice-since = since { $from }
alert-notice-from-to = { $from } to { $to }
alert-notice-severity = Severity: { $severity }
alert-notice-rows = The rows behind it: { $href }

alerts-about = Rules are looked at every few minutes. What one finds is an incident: one notice when it opens, one when it is over.
alerts-open = Open incidents
alerts-none-open = Nothing is out of the ordinary.
alerts-over = Over in the last 30 days
alerts-none-over = No incident was over in the last 30 days.
alerts-nowhere = Notices go nowhere yet: name destinations by <code>alerts.to</code> in the settings, or in a rule.
alerts-since = since { $time }
alerts-acknowledged-by = acknowledged by { $who }
alerts-snoozed = snoozed until { $time }
alerts-muted = muted
alerts-acknowledge = Acknowledge
alerts-snooze = Snooze
alerts-snooze-for = For how long
alerts-snooze-end = not any more
alerts-hours = { $count ->
    [one] one hour
   *[other] { $count } hours
  }
alerts-mute = Mute
alerts-unmute = Unmute
alerts-what = Incident
alerts-rule = Rule
alerts-from = From
alerts-to = To
alerts-notices = Notices
alerts-notice-opened = told { $destination }: { $status }
alerts-notice-closed = told { $destination } that it is over: { $status }
alerts-rules = Alert rules
alerts-looks-at = Looks at
alerts-goes-to = Goes to
alerts-to-usual = usual
alerts-made-by = Made by
alerts-default = default
alerts-change = Change
alerts-edit = Edit
alerts-remove-one = Remove the rule { $name }
alerts-off = off
alerts-new = Write a rule
alerts-save = Save rule
alerts-saved = Saved.
alerts-is-off = It is off
alerts-name-help = With the name of a default rule it takes its place.
alerts-figure-help = Of bound, change and usual band
alerts-over-help = 6h: the last six hours; 7d: the last seven whole days
alerts-percent-help = Of change: -30 is a fall by 30 %
alerts-to-help = Without any: those of the settings
alerts-severity-usual = that of its kind
alerts-kind-webhooks_stopped = Webhooks have stopped
alerts-kind-unusual = Conversations outside of their usual band, by the hour
alerts-kind-silence = Entry point has fallen silent
alerts-kind-spend_without_conversation = Ad with spend and no conversation
alerts-kind-cost_jump = Cost per conversation has jumped
alerts-kind-policy = Meta has blocked or warned a Page
alerts-kind-bound = Bound
alerts-kind-change = Change against the time before
alerts-kind-band = Outside of the usual band, by the day
alerts-key-name = Name
alerts-key-kind = Kind
alerts-key-figure = Figure
alerts-key-over = Over
alerts-key-above = Above
alerts-key-below = Below
alerts-key-percent = Percent
alerts-key-filter = Filter
alerts-key-severity = Severity
alerts-key-to = Goes to
alerts-key-definition = Definition

alerts-bad-name = { $name } is no name: letters, digits, - and _, 60 at most
alerts-bad-kind = { $kind } is no kind of rule; known are { $known }
alerts-bad-figure = { $figure } is no figure; known are { $known }
alerts-bad-over = { $over } is no time such as 6h or 7d
alerts-bad-severity = { $severity } is none of high, middle, low
alerts-bad-filter = { $reason }
alerts-bad-hours = 0 to { $most } hours are possible
alerts-filter-not-of-figure = { $figure } is not known by this filter
alerts-whole-days = What ads cost is known by whole days: 1d, 7d
alerts-no-number = it is no number
alerts-no-bound = a bound is above or below something
alerts-no-percent = a change is by so many percent, above -100 and not 0
alerts-no-band = a usual band is one of conversations, leads or purchases
alerts-band-days = a usual band is one of the last whole day: 1d
alerts-not-of-kind = a rule of the kind { $kind } does not take it
alerts-no-destination = there is no destination { $name }
alerts-no-notices = { $name } takes files, no notices
alerts-other-version = it was written by another version of the program: { $reason }
alerts-of-all-pages = which Pages a webhook is of is not written down: such a rule is of all workspaces
alerts-no-incident = There is no incident { $id }.
alerts-no-rule = There is no rule { $name }.
alerts-default-stays = { $name } is a default rule: it can be switched off, not removed.
