cohorts-title = Rétention
cohorts-asof = Personnes dont le premier geste a eu lieu du { $first } au { $last }, selon sa semaine, et combien d’entre elles ont de nouveau écrit, touché un bouton, suivi un lien ou se sont inscrites dans les semaines suivantes. Les semaines commencent le lundi dans { $zone }.
cohorts-none = Personne n’est venu pour la première fois pendant ces jours
cohorts-none-help = Choisissez plus de jours ; 90 jours montrent une douzaine de semaines. Si rien n’est jamais arrivé, la page <a href="/quality">Qualité des données</a> dit ce qui manque.
cohorts-back = Qui revient
cohorts-note = { $people ->
    [one] { $people } personne
   *[other] { $people } personnes
}. La semaine 0 est celle de leur premier geste. Les parts en italique portent sur une semaine qui n’est pas terminée.
cohorts-cut = Seules sont montrées les 53 dernières cohortes, et une demi-année de chacune ; les fichiers ci-dessous ont tout.
cohorts-week = Semaine du
cohorts-people = Personnes
    .meaning = Personnes dont le premier acte date de cette semaine
cohorts-week-0 = Semaine 0
    .meaning = La semaine du premier acte ; les colonnes suivantes sont les semaines d’après : la part des personnes qui y ont fait quelque chose
cohorts-all = Toutes, semaines terminées
cohorts-share = { $active ->
    [one] { $active } personne sur { $size }
   *[other] { $active } personnes sur { $size }
}
cohorts-share-open = { $active ->
    [one] { $active } personne sur { $size } ; la semaine n’est pas terminée
   *[other] { $active } personnes sur { $size } ; la semaine n’est pas terminée
}
cohorts-share-none = Aucune cohorte n’est encore allée si loin
