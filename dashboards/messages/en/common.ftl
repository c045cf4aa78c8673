# What every page has. Names of messages begin with the page that says them; these are of all pages.
language-name = English
percent = { $number } %
none = –
money = { $amount } { $currency }
between = { $low } to { $high }
span-seconds = { $number } s
span-minutes = { $number } min
span-hours = { $number } h
span-days = { $number } days

skip = Skip to the figures
pages = Pages
menu = Menu
pages-analyse = Analyse
pages-conversations = Conversations
pages-data = Data
pages-saved = Saved
log-out = Log out
language = Language

clock-opening = By day of opening: a conversion counts on the day on which its conversation was opened.
    .link = By day of opening
clock-conversion = By day of conversion: a conversion counts on the day on which it happened.
    .link = By day of conversion

page-overview = Overview
page-funnels = Funnels
page-ads = Ads
page-attribution = Attribution
page-links = Links & QR
page-conversations = Response times
page-cohorts = Retention
page-audience = Audience
page-reports = Reports
page-alerts = Alerts
page-goals = Goals
page-views = Saved views
page-quality = Data quality
page-reference = API
workspace-bar = Workspace
workspace-all = All workspaces
page-workspaces = Workspaces
page-settings = Settings

first-day = First day
last-day = Last day
show = Show
date-ranges = Date ranges
preset-today = Today
preset-yesterday = Yesterday
preset-7 = 7 days
preset-28 = 28 days
preset-30 = 30 days
preset-90 = 90 days
preset-month = This month
preset-last-month = Last month
as-table = As a table
choose-other-days = Choose other days above. If nothing has ever come in, the <a href="/">overview</a> tells how to begin.
# Which days a page shows.
days-shown = { $first } to { $last }, days in { $zone }.

stage-impressions = Impressions
    .meaning = How often the ads were shown: from spend data
stage-clicks = Clicks
    .meaning = Clicks on the ads: from spend data or tracked links
stage-opened = Opened
    .meaning = A person's first act in the thread, or the first after 7 silent days
stage-messaged = Messaged
    .meaning = The person wrote, tapped a quick reply, or tapped a button after the opening
stage-answered = Answered
    .meaning = The business's first message after that
stage-engaged = Engaged
    .meaning = The person wrote or tapped again after the answer
stage-lead = Lead
    .meaning = A lead after that: a shared phone number or address, or a rule of yours
stage-purchase = Purchase
    .meaning = A purchase after the lead

source-ad = Ads
    .meaning = Click-to-Messenger ads, in any placement
source-link = Links
    .meaning = m.me and ig.me links
source-qr = QR codes
    .meaning = Messenger codes, and links registered as printed
source-chat_plugin = Website chat
    .meaning = The chat widget on a website
source-discover = Discover
    .meaning = Messenger's discover tab
source-comment = Comments
    .meaning = A private reply to a comment
source-sponsored = Sponsored messages
    .meaning = Paid messages into existing threads
source-notification = Notifications
    .meaning = One-time or marketing messages the person opted in to
source-customer_match = Customer match
    .meaning = An uploaded audience
source-organic = Organic
    .meaning = Page button, search or Page chat window: Meta does not say which
source-other = Other
    .meaning = A source that this version does not know; kept by its name
source-none = No touchpoint
    .meaning = Conversions without a touchpoint in the lookback window

weekday-1 = Monday
    .within = Monday
weekday-2 = Tuesday
    .within = Tuesday
weekday-3 = Wednesday
    .within = Wednesday
weekday-4 = Thursday
    .within = Thursday
weekday-5 = Friday
    .within = Friday
weekday-6 = Saturday
    .within = Saturday
weekday-7 = Sunday
    .within = Sunday

month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
# A day under a chart.
chart-day = { $day } { $month }
chart-empty = Nothing in this range
chart-funnel = Funnel: { $steps }
chart-step = { $count } · { $previous } step conversion, { $first } overall
chart-credit = Conversions by channel: { $channels }
chart-leads = Leads by { $level }: { $rows }
chart-row-leads = { $count ->
    [one] { $count } lead
   *[other] { $count } leads
}
chart-row-cost = { $leads } · { $amount } { $currency }

error-400 = Invalid request
error-403 = Access denied
error-404 = Not found
error-422 = This query is too large
error-other = The figures cannot be shown now
error-back = Back to the last 30 days
chart-trend = Conversations by day of opening over { $days ->
    [one] { $days } day
   *[other] { $days } days
}: { $opened } opened, { $leads } leads, { $purchases } purchases. The table below has each day.
error-days = A page shows at most { $count } days. Choose fewer; the API takes more.
chart-rest = { $count } others

page-entry-points = Entry points
# What the menu of days says.
range-day = { $last } { $month } { $year }
range-days = { $first } – { $last } { $month } { $year }
range-months = { $first } { $first-month } – { $last } { $month } { $year }
range-years = { $first } { $first-month } { $first-year } – { $last } { $month } { $year }
compare-previous = vs. previous period
compare-year = vs. same weekdays last year
compare-none = No comparison
filter-add = Add filter
filter-by = Filter by
filter-value = Value
filter-apply = Apply
filter-remove = Remove the filter { $filter }

suggest-nothing = Nothing like this in these days
suggest-all = { $events ->
    [one] { $events } event
   *[other] { $events } events
} by { $people ->
    [one] { $people } person
   *[other] { $people } people
} match

find-title = Search
find-label = Page, funnel, ad, link or a person’s id
find-page = page
find-funnel = funnel
find-ad = ad
find-link = link
find-person = person
find-nothing = Nothing is called like this
filter-not-here = Filters do not apply on this page

# Why a page shows no figures.
error-not-taken = ClickHouse cannot answer this: a regular expression or a list in it is not one that it takes. The server's log has its words.
error-too-many-groups = This tells more apart than anybody reads. Choose fewer dimensions, or fewer days.
error-too-large = This takes more time or memory than a question may. Choose fewer days, or fewer things to tell apart.
error-unreachable = ClickHouse did not answer. Events are still collected; the server's log says why.
error-busy = Too many questions are asked at once. Try again in a few seconds.
error-failed = The analysis failed. The server's log says why.
error-in-parameter = { $parameter }: { $reason }
