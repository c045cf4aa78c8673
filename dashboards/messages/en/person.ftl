# One person's journey as a timeline.
person-title = Journey
person-heading = Journey of <bdi>{ $person }</bdi>
person-asof = A person of the Page <bdi>{ $page }</bdi>. First seen { $first }, last seen { $last }; { $events ->
    [one] { $events } event
   *[other] { $events } events
}. Times in { $zone }.
person-conversations = Conversations
person-conversations-none = None yet: nothing that they did opens one, or it is made within a second or two.
person-number = Number
    .meaning = Which of the person’s conversations it is, in time
person-opened = Opened
person-door = Entry point
person-by = Ad, link or ref
person-reached = Reached
person-acts = Acts
    .meaning = What the person did in it: messages, taps, entries
person-answers = Answers
    .meaning = Messages of the business in it
person-timeline = What happened
    .note = Kinds of events, not texts. Dashed lines are where a conversation begins, where the person entered, and when the business could not answer freely any more.

# What somebody did, by the kind of its event.
person-did-message = Wrote
person-did-postback = Tapped a button
person-did-referral = Entered
person-did-opt_in = Opted in
person-did-read = Read
person-did-echo = The business wrote
person-did-delivery = Delivered
person-detail-by = by { $source }
person-detail-ad = ad { $text }
person-detail-ref = ref { $text }
person-detail-payload = payload { $text }

person-conversation = Conversation { $number }: { $source }
person-window-closed = The messaging window closed
