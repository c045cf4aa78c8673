# What somebody should know before they decide by figures: notes of the API's answers, which pages show too.
attribution-note-none = There are no conversions here to give credit for.
attribution-note-few = Only { $count ->
    [one] { $count } conversion
   *[other] { $count } conversions
}: differences between channels may well be chance; intervals tell how much.
attribution-note-path = { $percent } % of the conversions came by one path: { $path }.
attribution-note-single = { $percent } % of the conversions had a single touchpoint: on those all models agree.
attribution-note-nulls = No journey without a conversion is known: a channel's removal effect is only the part of the conversions that came through it.
attribution-note-order = Order { $order } makes { $states } states of { $journeys } journeys: most were seen a few times only. A lower order is steadier.
attribution-note-times = The file has no times: touchpoints count as a day apart.

ads-note-zone = act_{ $account } has its days in { $own }, this report in { $zone }: at the edges of a day conversations and spend may belong to different days.
ads-note-placement = A referral names the ad alone: what came of a placement is known by Meta's own counts only.
ads-note-link = What a link cost without a day counts whole in every period; give it days to spread it over them (cost add).
ads-note-days = Costs are known by whole days; this period is not made of whole ones.

reconciliation-note-days = Meta counts a conversation on the day of the ad's impression and may model what it cannot see; we count it on the day on which it was opened.
reconciliation-note-zone = act_{ $account } has its days in { $zone }: so have its rows here.
