# The attribution page: models side by side, and the journeys behind them.
attribution-title = Attribution
attribution-model = Model
attribution-channel = Channel
attribution-conversion = Conversion
attribution-lookback = Lookback, days
attribution-intervals = Intervals

attribution-by-source = Entry point
attribution-by-ad = Ad
attribution-by-ref = Ref
attribution-by-page = Page
attribution-by-country = Country
attribution-by-source-and-ad = Entry point and ad
attribution-by-source-and-ref = Entry point and ref
attribution-by-campaign = Campaign
attribution-by-medium = Medium of the link
attribution-by-link = Link
# Any conversion.
attribution-any = Any

attribution-conversions = { $count ->
    [one] { $count } conversion
   *[other] { $count } conversions
}
# Only conversions of a name count.
attribution-conversions-of = { $count ->
    [one] { $count } conversion
   *[other] { $count } conversions
} of { $goal }
attribution-journeys = { $count ->
    [one] { $count } journey
   *[other] { $count } journeys
}
attribution-summary = { $conversions } happened in these days; { $journeys } led to none. Touchpoints earn credit for { $days ->
    [one] { $days } day
   *[other] { $days } days
}.

attribution-none = No conversions in this period
attribution-none-help = Choose other days or another conversion above. What counts as a conversion is set by rules (<code>conversions.rules</code>): by default a shared phone number or e-mail address, and postbacks that begin with <code>LEAD</code> or <code>PURCHASE</code>.

attribution-credit = Conversions
    .meaning = Conversions of these days, as far as the model gives their credit here
attribution-how-many = Conversions
    .meaning = Conversions of these days, each whole
attribution-interval = 95 % interval
    .meaning = If other people like these had come: 400 drawings of as many people
attribution-share = Share
    .meaning = The part of all conversions
attribution-value = Value
    .meaning = What these conversions were worth, each currency for itself
attribution-effect = Removal effect
    .meaning = The part of all conversions that would be lost without the channel

attribution-costs = Cost and return
attribution-costs-help = Spend of ads in these days beside the credit above. Value and return count conversions in the currency of the spend only.
attribution-spend = Spend
    .meaning = What its ads cost in these days
attribution-cost-each = Cost each
    .meaning = Spend over conversions
attribution-roas = ROAS
    .meaning = Return on ad spend by day of conversion: value of the conversions of these days over the spend of these days
attribution-cost-lost = Cost per incremental conversion (removal effect)
    .meaning = Markov only, with at least 300 conversions: spend for each conversion that would be lost without the channel

attribution-comparison = Model comparison
attribution-comparison-help = Conversions by each model. Where a model differs from { $model } by a tenth or more, and by a conversion or more, the difference stands below.
# How far a model's credit is from that of the page's model: +12 %.
attribution-difference = { $percents } %
# Beside a channel's credit that the page's model does not give at all.
attribution-new = new
attribution-left-out = { $count ->
    [one] { $count } more row
   *[other] { $count } more rows
} with less credit: see the CSV.
attribution-meanings = What the models mean

attribution-assists = Assisted conversions
attribution-assists-help = A channel assists a conversion if it is on its path and another one closed it.
attribution-on-path = On the path
    .meaning = Conversions with the channel anywhere on their path
attribution-first = First
    .meaning = Conversions whose path begins with it
attribution-last = Last
    .meaning = Conversions whose path ends with it
attribution-assisted = Assisted
    .meaning = Conversions with it on their path that another channel closed
attribution-assisted-per-last = Assisted per last
    .meaning = Above 1 the channel prepares more conversions than it closes

attribution-paths = The journeys
attribution-lengths = By number of touchpoints
attribution-touchpoints = Touchpoints
    .meaning = How many touchpoints the path has
# Journeys without a conversion.
attribution-without = Without
    .meaning = Journeys that led to no conversion
attribution-lags = By days from first touchpoint to conversion
attribution-days = Days
    .meaning = Whole days from the first touchpoint to the conversion: 0 is within 24 hours
attribution-people = New people (first seen within the lookback window) and returning ones
attribution-people-kind = People
attribution-people-count = How many
    .meaning = People with a conversion in these days
attribution-people-new = New
attribution-people-returning = Returning
attribution-people-unknown = Not seen before
attribution-common = Most common paths to a conversion
attribution-path = Path
attribution-rate = Converted
    .meaning = The part of these journeys that led to a conversion
attribution-transitions = From each channel to the next
attribution-from = From
    .meaning = Of all who were there, the part that went on to each column
attribution-to-start = Start
attribution-to-conversion = Conversion
attribution-to-none = None

model-first = First touch
    .explanation = All credit goes to the first touchpoint: which entry point brings new interest. What happened later earns nothing.
model-last = Last touch
    .explanation = All credit goes to the last touchpoint before the conversion: which entry point closes. What led there earns nothing.
model-last_non_organic = Last non-organic
    .explanation = All credit goes to the last touchpoint that Meta names; an organic one earns credit only where there is no other. Meant for people who come back by themselves after an ad.
model-linear = Linear
    .explanation = Every touchpoint on the way earns the same. Fair to all, and blind to what mattered.
model-position = Position
    .explanation = The first and the last touchpoint earn fixed shares (40 % each unless set otherwise), those between share the rest.
model-time_decay = Time decay
    .explanation = The nearer to the conversion, the more: a touchpoint one half-life earlier (7 days unless set otherwise) earns half as much.
model-markov = Markov
    .explanation = All journeys, also those without a conversion, make a chain of steps with their probabilities. A channel earns in proportion to the conversions that would be lost if everybody who came to it left instead.
model-shapley = Shapley
    .explanation = From game theory: a channel earns what it adds on average when the channels join one after another, over all orders. Repeated touches count once; their order does not count.
