# What the comparison of rows or periods of a funnel means.
verdict-too-few = too few { $unit ->
    [person] people
   *[conversation] conversations
} to tell, { $more } more are needed: { $share } against { $other-share }
verdict-too-few-reached = too few { $unit ->
    [person] people
   *[conversation] conversations
} that got there to tell, { $more } more are needed: { $share } against { $other-share }
verdict-too-few-missed = too few { $unit ->
    [person] people
   *[conversation] conversations
} that did not get there to tell, { $more } more are needed: { $share } against { $other-share }
verdict-too-short = too few days or weeks to tell how much they differ, seven are needed: { $share } against { $other-share }
verdict-alone = nothing to compare with: { $share }
verdict-better = better than { $other }: { $share } against { $other-share }
verdict-worse = worse than { $other }: { $share } against { $other-share }
verdict-chance = no significant difference from { $other }: { $share } against { $other-share }
# What a row is compared with.
verdict-others = the others
verdict-other-period = the other period
# In place of a share, where there is nothing to take it of.
verdict-nothing = nothing
