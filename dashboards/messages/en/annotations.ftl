# What is to be known of days: listed below charts, and written there.
annotations = Annotations
annotations-left-out = { $count ->
    [one] One earlier annotation is not listed; the API tells it.
   *[other] { $count } earlier annotations are not listed; the API tells them.
  }
annotation-add = Add an annotation
annotation-day = Day
annotation-text = What happened
annotation-page = Page (id)
annotation-all-pages = all Pages
annotation-save = Add
annotation-remove = Remove annotation { $number }
annotation-by = by { $author }
annotation-manual = { $text }
annotation-policy = { $action ->
    [block] Meta blocked { $page }: { $reason }
    [unblock] Meta unblocked { $page }
    [warning] Meta warned { $page }: { $reason }
   *[other] Meta enforced a policy on { $page }: { $reason }
  }
annotation-outage = No webhook came for { $minutes } minutes
annotation-campaigns = { $count ->
    [one] A campaign began to cost money: { $names }
   *[other] { $count } campaigns began to cost money: { $names }{ $more ->
        [0] {""}
       *[other] {" "}and { $more } more
      }
  }
annotation-ads = { $count ->
    [one] An ad began to cost money: { $names }
   *[other] { $count } ads began to cost money: { $names }{ $more ->
        [0] {""}
       *[other] {" "}and { $more } more
      }
  }
annotation-spend = Spend was imported: { $count ->
    [one] one ad day
   *[other] { $count } ad days
  }, { $first } to { $last }
annotation-no-text = An annotation says something.
annotation-too-long = An annotation has { $most } letters at most.
annotation-no-day = { $day } is no day such as 2026-01-31.
annotation-no-page = { $page } is no id of a Page.
annotation-other-page = "{ $page }" is not a Page of this workspace
annotation-unknown = There is no annotation { $id } that somebody wrote.

# Read out behind what a chart shows.
chart-annotations = { $count ->
    [one] One annotation.
   *[other] { $count } annotations.
  }
chart-annotations-more = and { $count } more
team-unavailable = ClickHouse did not answer; nothing was changed.
