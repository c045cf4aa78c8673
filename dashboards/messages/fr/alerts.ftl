# Alertes : ce qui a été trouvé, la page des incidents et des règles, et les avis.
alert-webhooks-stopped = Aucun webhook n’est arrivé depuis { $minutes } minutes ; { $expected } étaient attendus
alert-unusual = { $count ->
    [one] Une conversation
   *[other] { $count } conversations
  } { $hours ->
    [one] dans la dernière heure
   *[other] dans les { $hours } dernières heures
  } ; il y en a d’habitude { $low } à { $high }
alert-silence = { $door ->
    [ad] Personne n’est arrivé par la publicité { $id } depuis { $days } jours ; d’habitude { $usual } par jour
   *[other] Personne n’est arrivé par la réf { $id } depuis { $days } jours ; d’habitude { $usual } par jour
  }
alert-spend-without-conversation = La publicité { $name } a coûté { $spend } { $currency } en trois jours sans aucune conversation ; { $missed } étaient attendues
alert-cost-jump = Une conversation coûte { $cost } { $currency } sur les trois derniers jours, { $before } { $currency } sur les quatre semaines précédentes
alert-policy = { $action ->
    [block] Meta a bloqué { $page } : { $reason }
    [warning] Meta a averti { $page } : { $reason }
   *[other] Meta applique une règle à { $page } : { $reason }
  }
alert-bound = { $figure } sur { $over } : { $value }{ $unit }, { $is ->
    [above] au-dessus de
   *[below] au-dessous de
  } { $bound }
alert-change = { $figure } sur { $over } : { $value }{ $unit }, contre { $before } sur la durée précédente
alert-over-hours = { $count ->
    [one] la dernière heure
   *[other] les { $count } dernières heures
  }
alert-over-days = { $count ->
    [one] le dernier jour
   *[other] les { $count } derniers jours
  }
alert-over-other = { $time }
alert-band = { $figure } le { $day } : { $count } ; d’habitude { $low } à { $high }
alert-unknown = Une autre version du programme a trouvé ceci, par la règle { $rule }

alert-figure-conversations = Conversations
alert-figure-leads = Prospects
alert-figure-purchases = Achats
alert-figure-reply_rate = Taux de réponse
alert-figure-median_first_response = Première réponse médiane (minutes)
alert-figure-spend = Dépenses
alert-figure-cost_per_conversation = Coût par conversation
alert-figure-cost_per_lead = Coût par prospect
alert-figure-cost_per_purchase = Coût par achat
alert-figure-value = Valeur
alert-figure-roas = ROAS par jour d’ouverture

alert-notice-opened = Alerte : { $rule }
alert-notice-closed = C’est fini : { $rule }
alert-notice-since = depuis { $from }
alert-notice-from-to = de { $from } à { $to }
alert-notice-severity = Gravité : { $severity }
alert-notice-rows = Les lignes correspondantes : { $href }

alerts-about = Les règles sont examinées à quelques minutes d’intervalle. Ce que l’une trouve est un incident : un avis quand il s’ouvre, un quand il est fini.
alerts-open = Incidents ouverts
alerts-none-open = Rien ne sort de l’ordinaire.
alerts-over = Finis dans les 30 derniers jours
alerts-none-over = Aucun incident ne s’est terminé dans les 30 derniers jours.
alerts-nowhere = Les avis ne vont encore nulle part : nommez des destinations par <code>alerts.to</code> dans les réglages, ou dans une règle.
alerts-since = depuis { $time }
alerts-acknowledged-by = pris en compte par { $who }
alerts-snoozed = en pause jusqu’à { $time }
alerts-muted = en sourdine
alerts-acknowledge = Prendre en compte
alerts-snooze = Mettre en pause
alerts-snooze-for = Pour combien de temps
alerts-snooze-end = plus du tout
alerts-hours = { $count ->
    [one] une heure
   *[other] { $count } heures
  }
alerts-mute = Mettre en sourdine
alerts-unmute = Rétablir
alerts-what = Incident
alerts-rule = Règle
alerts-from = Du
alerts-to = Au
alerts-notices = Avis
alerts-notice-opened = annoncé à { $destination } : { $status }
alerts-notice-closed = fin annoncée à { $destination } : { $status }
alerts-rules = Règles d’alerte
alerts-looks-at = Examine
alerts-goes-to = Destination
alerts-to-usual = habituelle
alerts-made-by = Créée par
alerts-default = par défaut
alerts-change = Modifier
alerts-edit = Modifier
alerts-remove-one = Supprimer la règle { $name }
alerts-off = inactive
alerts-new = Écrire une règle
alerts-save = Enregistrer la règle
alerts-saved = Enregistré.
alerts-is-off = Elle est inactive
alerts-name-help = Avec le nom d’une règle par défaut, elle la remplace.
alerts-figure-help = Pour une limite, une variation ou une bande habituelle
alerts-over-help = 6h : les six dernières heures ; 7d : les sept derniers jours entiers
alerts-percent-help = Pour une variation : -30 est une baisse de 30 %
alerts-to-help = Sans choix : celles des réglages
alerts-severity-usual = celle de son type
alerts-kind-webhooks_stopped = Les webhooks se sont arrêtés
alerts-kind-unusual = Conversations hors de leur bande habituelle, par heure
alerts-kind-silence = Point d’entrée devenu silencieux
alerts-kind-spend_without_conversation = Publicité avec dépenses et sans conversation
alerts-kind-cost_jump = Le coût par conversation a bondi
alerts-kind-policy = Meta a bloqué ou averti une Page
alerts-kind-bound = Limite
alerts-kind-change = Variation par rapport à la durée précédente
alerts-kind-band = Hors de la bande habituelle, par jour
alerts-key-name = Nom
alerts-key-kind = Type
alerts-key-figure = Chiffre
alerts-key-over = Sur
alerts-key-above = Au-dessus de
alerts-key-below = Au-dessous de
alerts-key-percent = Pour cent
alerts-key-filter = Filtre
alerts-key-severity = Gravité
alerts-key-to = Destination
alerts-key-definition = Définition

alerts-bad-name = { $name } n’est pas un nom : lettres, chiffres, - et _, 60 au plus
alerts-bad-kind = { $kind } n’est pas un type de règle ; il y a { $known }
alerts-bad-figure = { $figure } n’est pas un chiffre ; il y a { $known }
alerts-bad-over = { $over } n’est pas une durée telle que 6h ou 7d
alerts-bad-severity = { $severity } n’est ni high, ni middle, ni low
alerts-bad-filter = { $reason }
alerts-bad-hours = 0 à { $most } heures sont possibles
alerts-filter-not-of-figure = { $figure } n’est pas connu selon ce filtre
alerts-whole-days = Ce que coûtent les publicités est connu par jours entiers : 1d, 7d
alerts-no-number = ce n’est pas un nombre
alerts-no-bound = une limite est au-dessus ou au-dessous de quelque chose
alerts-no-percent = une variation est de tant de pour cent, plus que -100 et non 0
alerts-no-band = une bande habituelle est celle de conversations, de prospects ou d’achats
alerts-band-days = une bande habituelle est celle du dernier jour entier : 1d
alerts-not-of-kind = une règle du type { $kind } ne le prend pas
alerts-no-destination = il n’y a pas de destination { $name }
alerts-no-notices = { $name } prend des fichiers, pas d’avis
alerts-other-version = une autre version du programme l’a écrite : { $reason }
alerts-of-all-pages = les Pages d’un webhook ne sont pas notées : une telle règle concerne tous les espaces de travail
alerts-no-incident = Il n’y a pas d’incident { $id }.
alerts-no-rule = Il n’y a pas de règle { $name }.
alerts-default-stays = { $name } est une règle par défaut : elle peut être désactivée, pas supprimée.
