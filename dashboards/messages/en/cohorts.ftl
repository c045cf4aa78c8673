# The cohorts page: who writes again in the weeks after their first.
cohorts-title = Retention
cohorts-asof = People whose first act was { $first } to { $last }, by its week, and how many of them wrote, tapped, came back by a link or opted in again in the weeks after it. Weeks begin on Monday in { $zone }.
cohorts-none = No new people in this period
cohorts-none-help = Choose more days; 90 days show a dozen weeks. If nothing has ever come in, <a href="/quality">Data quality</a> says what is missing.
cohorts-back = Retention
cohorts-note = { $people ->
    [one] { $people } person
   *[other] { $people } people
}. Week 0 is the week of their first act. Shares in italics are of a week that is not over.
cohorts-cut = Shown are the latest 53 cohorts and half a year of each; the files below have all.
cohorts-week = Week of
cohorts-people = People
    .meaning = People whose first act was in this week
cohorts-week-0 = Week 0
    .meaning = The week of the first act; the columns behind it are the weeks after: the part of the people who did something in them
cohorts-all = All, weeks that are over
# What a share is of.
cohorts-share = { $active } of { $size } people
cohorts-share-open = { $active } of { $size } people; the week is not over
cohorts-share-none = No cohort has come so far
