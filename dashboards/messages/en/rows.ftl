rows-title = Conversations, one a row
rows-total = { $count ->
    [one] { $count } conversation.
   *[other] { $count } conversations.
}
rows-reached = reached { $stage }
rows-missed = did not reach { $stage }
rows-filtered = { $name }: { $value }
rows-nothing = There is no such conversation in these days
rows-person = Person
rows-opened = Opened
rows-source = Door
rows-by = By
rows-stage = Reached
rows-acts = Acts
    .meaning = What the person did in it: messages, taps, doors
rows-answers = Answers
    .meaning = Messages of the business in it
rows-next = Next page

touchpoints-title = Touchpoints, one a row
touchpoints-total = { $count ->
    [one] { $count } touchpoint.
   *[other] { $count } touchpoints.
}
touchpoints-about = Credit goes to those on the way to a conversion, also to earlier ones within the lookback window.
touchpoints-nothing = There is no such touchpoint in these days
touchpoints-number = Number
    .meaning = Which of the person’s touchpoints it is, in time
touchpoints-time = When
