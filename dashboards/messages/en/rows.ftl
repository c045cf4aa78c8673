rows-title = All conversations
rows-total = { $count ->
    [one] { $count } conversation.
   *[other] { $count } conversations.
}
rows-reached = reached { $stage }
rows-missed = did not reach { $stage }
rows-filtered = { $name }: { $value }
rows-nothing = No matching conversations
rows-person = Person
rows-opened = Opened
rows-source = Entry point
rows-by = Ad, link or ref
rows-stage = Reached
rows-acts = Acts
    .meaning = What the person did in it: messages, taps, entries
rows-answers = Answers
    .meaning = Messages of the business in it
rows-next = Next

touchpoints-title = All touchpoints
touchpoints-total = { $count ->
    [one] { $count } touchpoint.
   *[other] { $count } touchpoints.
}
touchpoints-about = Credit goes to those on the way to a conversion, also to earlier ones within the lookback window.
touchpoints-nothing = No matching touchpoints
touchpoints-number = Number
    .meaning = Which of the person’s touchpoints it is, in time
touchpoints-time = When
