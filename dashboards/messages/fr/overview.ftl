as-of = État au { $time }.
overview-quarantined = { $count ->
    [one] { $count } élément n’a pas été compris et se trouve en quarantaine.
   *[other] { $count } éléments n’ont pas été compris et se trouvent en quarantaine.
}
overview-empty = Personne n’a ouvert de conversation entre ces jours
    .help = Choisissez d’autres jours ci-dessus, ou <a href="{ $href }">affichez tout ce qui est enregistré</a>.
overview-untitled = Publicité sans titre

overview-alerts = À examiner
overview-alerts-more = { $count ->
    [one] Et { $count } autre dans Qualité des données
   *[other] Et { $count } autres dans Qualité des données
}
overview-alerts-about = Plus de détails dans Qualité des données

overview-tile-opened = Conversations
overview-tile-answered = Taux de réponse
overview-tile-lead = Prospects
overview-tile-purchase = Achats
overview-clock = Seule la valeur des conversions est par jour de conversion.
overview-tile-value = Valeur par jour de conversion
    .meaning = Valeur de toutes les conversions survenues ces jours-là, quelle que soit l’ouverture de leur conversation
overview-tile-cost = Coût par prospect
    .meaning = Dépense publicitaire des jours où elle est connue, divisée par les prospects des conversations ouvertes ces jours-là par des publicités
overview-tile-response = Première réponse (médiane)
    .meaning = Temps médian entre le premier message d’une personne et la première réponse, pour les conversations ouvertes ces jours-là
overview-wrote = { $share } ont écrit
overview-answered = { $count } de celles qui ont écrit
overview-of-conversations = { $share } des conversations
overview-of-conversions = de { $count } conversions
overview-spent = { $amount } { $currency } dépensés, { $leads } prospects par publicité
overview-response-slow = 9 sur 10 en moins de { $time }

overview-funnel = De l’ouverture à l’achat
    .note = Conversations ouvertes entre ces jours. Une étape ne compte qu’après toutes les précédentes, dans les 28 jours suivant l’ouverture.
overview-trend = Tendance quotidienne
    .note = Chaque jour représente les conversations ouvertes ce jour-là ; leurs prospects et leurs achats ont pu venir plus tard.
    .unfinished = Ce qui est plus clair n’est pas terminé : un cercle montre ce qui est attendu à la fin.
    .figures = Chiffres de chaque jour
overview-day = Jour
overview-opened = Ouvertes
    .meaning = Conversations ouvertes ce jour-là
overview-leads = Prospects
    .meaning = Conversations ouvertes ce jour-là qui ont donné un prospect
overview-purchases = Achats
    .meaning = Conversations ouvertes ce jour-là qui ont atteint un achat
overview-opened-before = Ouvertes sur la période précédente
overview-before = Précédent
    .meaning = La même chose pour le jour de la période précédente, autant de jours plus tôt qu’il y en a d’affichés
overview-extremes = Meilleur et pire coût par prospect
overview-ads-sure = La moins chère et la plus chère de { $count } publicités diffèrent plus que leur choix ne l’explique.
overview-ads-chance = Un tel écart entre la moins chère et la plus chère de { $count } publicités peut être dû au hasard.
overview-ads-unknown = On ne sait pas encore combien de temps prennent les prospects : impossible de dire si la moins chère et la plus chère de { $count } publicités diffèrent.
overview-best = Meilleur
overview-worst = Pire
overview-spend = Dépense
    .meaning = Ce que la publicité a coûté ces jours-ci
overview-interval = Intervalle à 95 %
    .meaning = Où se situe réellement le coût d’un prospect, avec 95 % de confiance : la dépense est connue, le nombre de prospects est le fruit du hasard
overview-at-least = au moins { $amount }
overview-all-ads = Toutes les publicités par coût d’un prospect
overview-sources = Points d’entrée
    .note = Le point d’entrée par lequel la conversation a été ouverte.
overview-source = Point d’entrée
overview-rate = Taux d’achat
    .meaning = Achats rapportés aux conversations ouvertes
overview-value = Valeur par jour de conversion, dernier contact
    .meaning = Valeur des conversions de ces jours dont le dernier point de contact était cette source
overview-ads = Publicités
overview-ad = Publicité
overview-ads-left-out = { $count ->
    [one] { $count } autre publicité avec moins de conversations : voir le CSV.
   *[other] { $count } autres publicités avec moins de conversations : voir le CSV.
}

first-run = Aucun événement n’est encore arrivé
    .about = Cinq étapes connectent une Page ; cette page se remplit d’elle-même dès que le premier événement arrive.
    .otherwise = Ou chargez un export avec <code>messenger-funnel import webhooks FILE</code>. Tout le chemin, avec chaque commande et sa réponse, se trouve dans <code>docs/start/connecting.md</code>.
first-run-address = Donnez l’adresse à Meta
    .known = Dans votre application Meta, sous Webhooks, choisissez Page et indiquez l’URL de rappel <code>{ $address }</code>.
    .unknown = Dans votre application Meta, sous Webhooks, choisissez Page et indiquez l’URL de rappel : l’adresse par laquelle Internet joint ce serveur, suivie de <code>/webhooks/meta</code>. Inscrivez cette adresse dans les réglages sous <code>server.public_url</code>.
first-run-secrets = Partagez deux secrets
    .how = Inscrivez le secret de l’application dans <code>meta.app_secrets</code> et un mot de votre choix dans <code>meta.verify_token</code> ; Meta demande ce mot quand il vérifie l’adresse.
first-run-fields = Abonnez-vous aux champs
    .how = Au moins <code>messages</code>, <code>messaging_postbacks</code> et <code>messaging_referrals</code> ; <code>message_echoes</code> annonce les réponses, <code>messaging_optins</code> les inscriptions.
first-run-page = Abonnez la Page
    .how = Inscrivez son jeton dans <code>meta.page_tokens</code>. <code>messenger-funnel doctor</code> dit alors ce qui manque encore, et comment y remédier.
first-run-test = Essayez
    .how = Écrivez à votre Page depuis un téléphone, par <code>https://m.me/VOTRE.PAGE?ref=test</code>. La conversation s’affiche ici en quelques secondes, avec le ref.
overview-words = Ce que les mots veulent dire
overview-weekly = Chaque ligne couvre les sept jours à partir de celui indiqué.
overview-open = Le dernier jour n’est pas terminé ; la période précédente est coupée à la même heure.

overview-points = { $number } pt
overview-change-sure = { $before } dans la période de comparaison : un changement plus grand que l’écart habituel entre les jours.
overview-change-chance = { $before } dans la période de comparaison : l’écart entre les jours peut suffire à l’expliquer.
overview-change-before = { $before } dans la période de comparaison.
overview-compared = Comparé à la période { $period }, au même âge. Un changement est coloré quand l’écart entre les jours ne suffit pas à l’expliquer.
overview-compared-so-far = Comparé à la période { $period }, jusqu’à la même heure et au même âge. Un changement est coloré quand l’écart entre les jours ne suffit pas à l’expliquer.
overview-filtered = Avec des filtres, le coût, la valeur et le temps de réponse sont omis : ils ne sont connus que pour l’ensemble.

overview-ad-funnel = De la publicité à l’achat
    .note = Publicités dont le coût est connu : ce que Meta compte, puis les conversations qu’elles ont ouvertes, avec le coût de chaque étape.
overview-cost-each = { $amount } chacun
overview-cost-thousand = { $amount } les 1 000
overview-dropped = { $count } abandons
overview-step-converted = { $share } convertis
overview-overall = { $share } du total

overview-changed = Ce qui a changé
    .note = Les points d’entrée et publicités qui ont le plus fait varier les conversations, et leur part de la hausse ou de la baisse.
overview-changed-nothing = Rien n’a changé.
overview-mover-ad = publicité
overview-mover-source = point d’entrée
overview-moved-conversations = { $count ->
    [one] { $change } conversation
   *[other] { $change } conversations
}
overview-moved-leads = { $count ->
    [one] { $change } prospect
   *[other] { $change } prospects
}
overview-moved-spend = dépense { $before } → { $now }
overview-moved-up = { $percent } % de la hausse
overview-moved-down = { $percent } % de la baisse
overview-moved-chance = dans la fourchette habituelle

overview-incidents = { $count ->
    [one] Un incident est ouvert
   *[other] { $count } incidents sont ouverts
  }
overview-attention-none = Rien à signaler.
overview-do-look = Examiner
overview-do-ads = Voir les publicités
overview-do-links = Voir les liens
overview-do-register = Enregistrer le lien
overview-do-compare = Comparer
overview-attention-high = Urgent
overview-attention-middle = Important
overview-attention-low = À savoir
overview-more-funnel = Détailler, comparer, voir les parcours
overview-compared-nothing = Aucune conversation de la période du { $period } n’est enregistrée : il n’y a rien à comparer.
