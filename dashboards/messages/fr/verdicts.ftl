verdict-too-few = trop peu de { $unit ->
    [person] personnes
   *[conversation] conversations
} pour conclure, il en manque { $more } : { $share } contre { $other-share }
verdict-too-few-reached = trop peu de { $unit ->
    [person] personnes
   *[conversation] conversations
} arrivées là pour conclure, il en manque { $more } : { $share } contre { $other-share }
verdict-too-few-missed = trop peu de { $unit ->
    [person] personnes
   *[conversation] conversations
} qui n’y sont pas arrivées pour conclure, il en manque { $more } : { $share } contre { $other-share }
verdict-too-short = trop peu de jours ou de semaines pour savoir combien ils diffèrent, il en faut sept : { $share } contre { $other-share }
verdict-alone = rien à quoi comparer : { $share }
verdict-better = meilleur que { $other } : { $share } contre { $other-share }
verdict-worse = moins bon que { $other } : { $share } contre { $other-share }
verdict-chance = pas de différence significative avec { $other } : { $share } contre { $other-share }
verdict-others = les autres
verdict-other-period = l’autre période
verdict-nothing = rien
