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
