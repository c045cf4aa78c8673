funnels-usual = Click to Messenger
funnels-funnel = Funnel
funnels-by = Break down by
by-source = Entry point
by-ad = Ad
by-campaign = Campaign
by-link = Link
by-page = Page
by-channel = Messaging app
by-country = Country
by-week = Week
by-hour = Hour
funnels-unit-conversation = Counted by conversation.
funnels-unit-person = Counted by person.
funnels-no-value = (none)
funnels-nobody = Nobody entered this funnel
funnels-why-nothing = Nothing of these days meets { $step }: choose other days, or compare what the step asks for with the kinds of events in Data quality.
funnels-steps = Steps
funnels-against = { $step } of { $of }: { $verdict }.
funnels-same-age = Both periods are counted at the same age: for { $unit ->
    [person] everyone
   *[other] each conversation
}, what happened within the time that both have had.
funnels-compare-whole = Compare everything so far
funnels-whole-age = Everything so far is counted: the older period has had more time.
funnels-compare-same-age = Compare at the same age
funnels-step = Step
funnels-reached = Reached
    .meaning = How many reached the step, after all steps before it
funnels-of-previous = Step conversion
    .meaning = Share of those who reached the previous step
funnels-of-first = Overall conversion
    .meaning = Share of those who reached the first step
funnels-dropped = Dropped off
    .meaning = Reached this step but not the next
funnels-quarter = P25
    .meaning = Time to convert: a quarter came from the previous step within this time
funnels-median = Median
    .meaning = Time to convert: half came from the previous step within this time
funnels-three-quarters = P75
    .meaning = Time to convert: three quarters came from the previous step within this time
funnels-nine-tenths = P90
    .meaning = Time to convert: nine in ten came from the previous step within this time
funnels-flow = Flow through the steps
funnels-flow-told = Flow through the steps: { $steps }
funnels-left-after = left after { $step }
funnels-from = From
funnels-to = To
funnels-how-many = How many
    .meaning = How many went this way
funnels-rates = { $step } of { $of }: daily trend
funnels-share-step = Share of
funnels-share-of = of
chart-rates = Share of { $step } of { $of } over { $count } days or weeks.{ $unfinished ->
    [0] {""}
    [one] {" "}One is not finished: it is lighter, with the share expected in the end.
   *[other] {" "}{ $unfinished } are not finished: they are lighter, with the share expected in the end.
} The table below has each.
funnels-day = Day
funnels-share = Share
    .meaning = With its 95 % interval (Wilson)
funnels-share-so-far = Share so far
    .meaning = Of what happened until now, with its 95 % interval (Wilson)
funnels-so-far = share so far
funnels-so-far-unfinished = so far, of unfinished days
funnels-matured = Matured
    .meaning = Matured share: the part of the eventual conversions for which there has been time, from the time to convert of earlier ones
funnels-expected = Expected in the end
    .meaning = Share once the time of all is over, with a 95 % interval: what happened so far, and what is still expected by the time to convert of earlier ones (Kaplan and Meier)
funnels-unfinished = { $unit ->
    [person] People
   *[other] Conversations
} have { $time } to convert. The days drawn lighter are unfinished: the line is what happened so far; a circle is the share expected in the end, a bar its 95 % interval. Without a circle, earlier { $unit ->
    [person] people
   *[other] conversations
} do not bear an expectation (fewer than 20 conversions, or fewer than 30 or 7 days of them whose { $time } are over).
funnels-window-days = { $count ->
    [one] one day
   *[other] { $count } days
}
funnels-window-hours = { $count ->
    [one] one hour
   *[other] { $count } hours
}
funnels-window-minutes = { $count ->
    [one] one minute
   *[other] { $count } minutes
}
funnels-reversed = Within each value of “{ $dimension }” it is the other way round: the whole moved because their mix changed (Simpson’s paradox).
funnels-row-reversed = Within each value of “{ $dimension }” it is the other way round: the row differs by its mix, not by how it converts (Simpson’s paradox).
funnels-compared = { $step } of { $of }, row by row
funnels-compared-note = Each row beside all others, as if they had been opened on the same days. Intervals are 95 %; p-values allow for days that differ, and for the number of rows (Benjamini and Hochberg).
funnels-first-day = For { $unit ->
    [person] everyone, what happened within a day of their start
   *[other] each conversation, what happened within a day of its start
}; those of the last day are left out.
funnels-row = Value
funnels-better = Probability of being better
    .meaning = Probability that the share behind the row is larger than that of all others
funnels-p = p
    .meaning = How probable so large a difference is by chance, corrected for the number of rows
funnels-verdict = Result
funnels-left-out = { $count ->
    [one] { $count } more row is in the files.
   *[other] { $count } more rows are in the files.
}
funnels-more-than = > { $number }
funnels-less-than = < { $number }
funnels-sequences = Top paths
    .note = The entry point, then the first 8 events of people and business; equal ones in a row count once.
funnels-sequence = Path
funnels-people = People
    .meaning = People whose first acts were these, in this order

kind-message = message
kind-echo = answer
kind-postback = button
kind-referral = entered
kind-opt_in = opt-in
kind-delivery = delivered
kind-read = read
kind-conversion = conversion
kind-other = other

funnels-build = Custom funnel
    .about = Say what the steps are, from the first to the last. Empty steps are left out.
funnels-build-one = Build a custom funnel
funnels-title = Title
funnels-step-number = Step { $number }
funnels-exclude = Ends an attempt, if it comes between
funnels-any = any
funnels-field-name = Name
funnels-field-kind = What happens
funnels-field-source = Entry point
funnels-field-payload = Payload
    .about = Regular expression over the payload of the button or quick reply, such as ^BUY
funnels-field-ref = Ref
    .about = Regular expression over the ref, such as ^summer
funnels-field-conversion = Conversion
    .about = Name of the conversion, such as lead or purchase
funnels-field-min-value = Value from
funnels-count = Count
funnels-count-conversation = conversations
funnels-count-person = people
funnels-order = Order
funnels-order-ordered = one after the other
funnels-order-strict = with no other step between
funnels-order-any = in any order
funnels-reentry = Of several attempts
funnels-reentry-first = the first counts
funnels-reentry-best = the furthest counts
funnels-reentry-every = every one counts
funnels-window = Within
    .about = From the first step on: 28d, 36h, 90m or none
funnels-compute = Show the funnel
funnels-all = All funnels
funnels-keep = Keep this funnel
    .how = This page's address is the funnel: bookmark it. To have it in the list, in reports and in the API, put this into the file <code>{ $file }</code> beside the settings:

people-no-further = Dropped off after { $step }
people-reached = Reached { $step }
people-count = { $count ->
    [one] { $count } in the funnel
   *[other] { $count } in the funnel
}
people-nobody = No people match
people-people = People
people-person = Person
people-entered = Entered the funnel
people-at-step = Reached the step
people-more = { $count ->
    [one] { $count } more is in the CSV.
   *[other] { $count } more are in the CSV.
}

funnels-headline = { $share } of { $count } reached { $step }{ $few }
funnels-few = {" "}(too few to tell, { $more } more are needed)
funnels-biggest-drop = The biggest drop-off: { $share } of those who reached { $step } went no further ({ $count } of { $of }).{ $few }
funnels-median-told = median { $time }

funnels-way-contains = contains
funnels-way-is = is
funnels-way-starts = starts with
funnels-way-matches = matches the regular expression
funnels-way = How
funnels-conditions = More conditions
funnels-step-up = Move step { $number } up
funnels-step-down = Move step { $number } down
funnels-step-remove = Remove step { $number }
