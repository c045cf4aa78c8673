# The page of response times.
conversations-title = Response times
conversations-asof = Conversations opened { $first } to { $last }, days in { $zone }. The time to the answer runs from the person's first message to the business's first one after it.
conversations-none = No messages in this period

conversations-tile-answered = Answered
    .note = of { $count } who wrote
conversations-tile-median = Median response time
    .note = P90: { $span }
conversations-tile-within-5m = Within 5 minutes
    .note = { $hour } within an hour, { $day } within a day
conversations-tile-lost = Expired unanswered
    .note = of { $count ->
        [one] { $count } window
       *[other] { $count } windows
    } that expired
conversations-tile-calls = Missed calls
    .note = { $count } still unanswered
conversations-tile-read = Read
    .note = of the messages you sent
conversations-tile-stops = Stopped notifications
    .note = beside { $count ->
        [one] { $count } opt-in
       *[other] { $count } opt-ins
    }

conversations-windows = Windows that expire within a day
    .label = Windows
conversations-window = you may answer for { $hours } h after the person's last act.
conversations-window-or = you may answer for { $hours } h after the person's last act, or { $longer }, whichever is later.
conversations-window-free = WhatsApp: after an answer within a day to someone from an ad, messages of any kind are free for { $hours } h.
conversations-window-longer = { $hours } h after the first message of people from { $source }
conversations-windows-wait = These people wait for an answer, and soon may not be written to freely.
conversations-windows-none = No open windows expire within a day.
conversations-windows-lost = Windows that expired unanswered
conversations-person = Person
conversations-came-by = Entered through
conversations-waits-since = Waits since
conversations-closes = Expires
conversations-free-until = Free until
conversations-waited-since = Waited since
conversations-closed = Expired

conversations-speed = Conversion by response time
    .label = Conversion by response time
conversations-note = Association, not cause: who is answered fast may differ in other ways from who is not. The funnel's lead follows an answer, so that without one there is none.
conversations-wilson = Intervals are Wilson's, 95 %.
# How long the answer took, by the numbers of queries/response_times/response_times.sql.
conversations-reply-1 = within a minute
conversations-reply-2 = 1 to 5 minutes
conversations-reply-3 = 5 to 15 minutes
conversations-reply-4 = 15 minutes to an hour
conversations-reply-5 = an hour to a day
conversations-reply-6 = later
conversations-reply-7 = never

conversations-answered = Answered
    .meaning = The part of those in which the business answered
conversations-wrote = Wrote
    .meaning = Conversations with a message of the person
conversations-leads = Leads
    .meaning = Conversations that reached a lead
conversations-lead-rate = Lead rate
    .meaning = Leads over conversations with a message, with the 95 % interval
conversations-purchases = Purchases
    .meaning = Conversations that reached a purchase
conversations-purchase-rate = Purchase rate
    .meaning = Purchases over conversations with a message, with the 95 % interval
conversations-within-5m = Within 5 min
    .meaning = The part that was answered within five minutes
conversations-within-1h = Within 1 h
    .meaning = The part that was answered within an hour
conversations-median = Median
    .meaning = Half of those answered waited less
conversations-nine-of-ten = P90
    .meaning = Nine of ten of those answered waited less

# Tables of times, and what their first columns are.
conversations-by-source = By entry point
    .first = Entry point
conversations-by-hour = By hour of the first message
    .first = Hour
conversations-by-weekday = By weekday of the first message
    .first = Weekday
conversations-by-app = By the app that answered
    .first = App
conversations-by-persona = By the persona that answered
    .first = Persona
conversations-not-said = (unknown)

conversations-tags = Messages you sent, by tag
    .label = Messages sent
conversations-tag = Tag
conversations-tag-none = within the window
conversations-sent = Sent
    .meaning = Messages of the business
conversations-read = Read
    .meaning = Those that the person has read
conversations-read-rate = Read rate
    .meaning = The part that was read, with the 95 % interval

conversations-heat = Median response time by weekday and hour
    .note = Median minutes from the first message to the answer; h are hours. The darker, the slower. Weekday and hour are those of the first message.
    .hours = { $number } h
    .cell = { $day } { $hour }:00: { $count ->
        [one] { $count } wrote
       *[other] { $count } wrote
    }, { $answered } answered, median { $median }
