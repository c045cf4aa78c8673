# Ce qu'il faut savoir de certains jours : sous les graphiques.
annotations = Annotations
annotations-left-out = { $count ->
    [one] Une annotation antérieure n’est pas listée ; l’API la donne.
   *[other] { $count } annotations antérieures ne sont pas listées ; l’API les donne.
  }
annotation-add = Ajouter une annotation
annotation-day = Jour
annotation-text = Ce qui s’est passé
annotation-page = Page (identifiant)
annotation-all-pages = toutes les Pages
annotation-save = Ajouter
annotation-remove = Retirer l’annotation { $number }
annotation-by = par { $author }
annotation-manual = { $text }
annotation-policy = { $action ->
    [block] Meta a bloqué { $page } : { $reason }
    [unblock] Meta a débloqué { $page }
    [warning] Meta a averti { $page } : { $reason }
   *[other] Meta a appliqué une règle à { $page } : { $reason }
  }
annotation-outage = Aucun webhook pendant { $minutes } minutes
annotation-campaigns = { $count ->
    [one] Une campagne a commencé à coûter : { $names }
   *[other] { $count } campagnes ont commencé à coûter : { $names }{ $more ->
        [0] {""}
       *[other] {" "}et { $more } autres
      }
  }
annotation-ads = { $count ->
    [one] Une publicité a commencé à coûter : { $names }
   *[other] { $count } publicités ont commencé à coûter : { $names }{ $more ->
        [0] {""}
       *[other] {" "}et { $more } autres
      }
  }
annotation-spend = Des dépenses ont été importées : { $count ->
    [one] un jour de publicité
   *[other] { $count } jours de publicité
  }, du { $first } au { $last }
annotation-no-text = Une annotation dit quelque chose.
annotation-too-long = Une annotation a { $most } caractères au plus.
annotation-no-day = { $day } n’est pas un jour tel que 2026-01-31.
annotation-no-page = { $page } n’est pas l’identifiant d’une Page.
annotation-other-page = « { $page } » n’est pas une Page de cet espace de travail
annotation-unknown = Il n’y a pas d’annotation { $id } que quelqu’un aurait écrite.

# Lu à voix haute après ce que montre un graphique.
chart-annotations = { $count ->
    [one] Une annotation.
   *[other] { $count } annotations.
  }
chart-annotations-more = et { $count } autres
team-unavailable = ClickHouse n’a pas répondu ; rien n’a été modifié.
