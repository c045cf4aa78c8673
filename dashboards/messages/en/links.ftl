# Tracked links: their list, and the form of one.
links-title = Links and QR codes
links-about = Clicks are visits of people to the tracked address; arrived are those who were seen in a thread since.
links-saved = { $slug } is saved. The tracked address knows it within a second.
links-unsaved = The link could not be saved; the log of this server says why.
links-new = New link
links-one = Link { $slug }
links-no-address = <code>server.public_url</code> is not set: links have no tracked address yet, and their QR codes lead to Messenger directly, so that clicks cannot be counted.
links-none = No link is registered yet
links-none-help = <a href="/links/new">Register the first one</a>, or on the command line: <code>messenger-funnel link add --page my.shop --ref summer --campaign "Summer sale" --medium poster --printed</code>. It gets a short address that counts clicks, and a QR code.
links-none-such = There is no link "{ $slug }".
links-link = Link
links-code = Code
links-clicks = Clicks
    .meaning = Visits of people to the link; those of bots and previews are not among them
links-previews = Previews
    .meaning = Bots and link previews: not counted
links-arrived = Arrived
    .meaning = Clicks whose person was seen in a thread since
links-archived = archived
links-printed = printed
links-qr-of = QR code of { $slug }

links-addresses = Addresses
links-tracked-address = Tracked address: <code>{ $address }</code>
links-leads-to = Leads to: <code>{ $target }</code>
links-qr-svg = QR as SVG
links-qr-png = QR as PNG
links-name = Name
links-name-help = Stands in the address /l/name; made of the ref if empty
links-page = Page
links-page-help = User name or id, as in m.me/my.shop
links-page-id = Page id
links-page-id-help = Whose conversations it opens; if empty, any Page's with this ref
links-ref = Ref
links-ref-help = Letters, digits, - _ and =
links-text = Prefilled text
links-text-help = What stands in the person's input
links-campaign = Campaign
links-medium = Medium
links-medium-help = Poster, newsletter, bio
links-owner = Owner
links-cost = Cost
    .meaning = What the link has cost, as its form says
links-cost-help = Such as 120.50
links-currency = Currency
links-currency-help = Such as EUR
links-is-printed = Printed as a QR code
links-is-instagram = Leads to Instagram (ig.me)
links-create = Create
links-save = Save
links-back = Back to all links
links-is-archived = Out of use. It still leads to the thread: print cannot be called back.
links-use-again = Take into use again
links-archive-help = An archived link still leads to the thread, and its figures stay.
links-archive = Archive

# What is wrong with what was typed: the same sentences as on the command line.
links-wrong = { $field }: { $reason }
links-field-slug = slug
links-field-page = page
links-field-page_id = page_id
links-field-ref = ref
links-field-text = text
links-field-campaign = campaign
links-field-medium = medium
links-field-owner = owner
links-field-cost = cost
links-field-currency = currency
links-no-slug = "{ $slug }" is not 1 to { $longest } small letters, digits and -
links-no-page = "{ $page }" is no user name or id: letters, digits, dots, _ and -
links-marks = "{ $page }" has neither letter nor digit
links-no-digits = "{ $id }" is not made of digits
links-long = longer than { $longest } characters
links-no-amount = "{ $cost }" is no amount such as 120.50
links-cost-between = { $cost } is not between 0 and { $most }
links-decimals = { $cost } has more than four decimals
links-needs-currency = a cost needs a currency such as EUR, and only a cost
links-unknown = there is no link "{ $slug }"; the list of links shows all
links-taken = slug: there is a link "{ $slug }" already; edit it, or choose another name
links-foreign = page_id: a link of a workspace names one of its Pages, and "{ $page }" is none

# What somebody should know before they print it: the same sentences as in the API.
links-note-long = ref: { $length } characters with the click's mark; Meta takes { $longest }
links-note-odd = ref: Meta documents letters, digits, -, _ and = only; here are also "{ $letters }"
links-note-no-ref = ref: it is empty, so conversations can be told by tracked clicks only
links-note-same = ref: "{ $ref }" is also that of the link { $other }: their conversations cannot be told apart without tracked clicks
links-note-same-archived = ref: "{ $ref }" is also that of the link { $other }, which is archived: their conversations cannot be told apart without tracked clicks
links-note-campaign-over = campaign: all other links of "{ $campaign }" are archived
