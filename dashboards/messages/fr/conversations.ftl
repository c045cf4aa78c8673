conversations-title = Temps de réponse
conversations-asof = Conversations ouvertes du { $first } au { $last }, jours de { $zone }. Le délai de réponse court du premier message de la personne au premier message de l’entreprise qui le suit.
conversations-none = Personne n’a écrit entre ces jours

conversations-tile-answered = Répondues
    .note = sur { $count } avec un message
conversations-tile-median = Réponse médiane
    .note = 9 sur 10 en { $span }
conversations-tile-within-5m = En 5 minutes
    .note = { $hour } en une heure, { $day } en un jour
conversations-tile-lost = Fermées sans réponse
    .note = sur { $count ->
        [one] { $count } fenêtre fermée
       *[other] { $count } fenêtres fermées
    }
conversations-tile-calls = Appels manqués
    .note = { $count } sans réponse depuis
conversations-tile-read = Lus
    .note = des messages que vous avez envoyés
conversations-tile-stops = Désinscriptions
    .note = pour { $count ->
        [one] { $count } inscription
       *[other] { $count } inscriptions
    }

conversations-windows = Fenêtres qui se ferment d’ici un jour
    .label = Fenêtres
conversations-window = { $hours } h après le dernier geste de la personne.
conversations-window-or = { $hours } h après le dernier geste de la personne, ou { $longer }, selon ce qui finit le plus tard.
conversations-window-free = WhatsApp : après une réponse donnée en un jour à une personne venue d’une publicité, les messages de toute sorte sont gratuits pendant { $hours } h.
conversations-window-longer = { $hours } h après le premier message de qui est venu par « { $source } »
conversations-windows-wait = Ces personnes attendent une réponse, et bientôt vous ne pourrez plus leur écrire librement.
conversations-windows-none = Personne n’attend dont la fenêtre se ferme d’ici un jour.
conversations-windows-lost = Fenêtres fermées sans réponse
conversations-person = Personne
conversations-came-by = Venue par
conversations-waits-since = Attend depuis
conversations-closes = Se ferme
conversations-free-until = Gratuit jusqu’au
conversations-waited-since = A attendu depuis
conversations-closed = Fermée

conversations-speed = Conversion selon le temps de réponse
    .label = Rapidité et conversion
conversations-note = Association, et non cause : les personnes à qui l’on répond vite peuvent différer des autres à d’autres égards. Le prospect de l’entonnoir suit une réponse : sans réponse, il n’y en a pas.
conversations-wilson = Les intervalles sont ceux de Wilson, à 95 %.
conversations-reply-1 = en moins d’une minute
conversations-reply-2 = de 1 à 5 minutes
conversations-reply-3 = de 5 à 15 minutes
conversations-reply-4 = de 15 minutes à une heure
conversations-reply-5 = d’une heure à un jour
conversations-reply-6 = plus tard
conversations-reply-7 = jamais

conversations-answered = Répondues
    .meaning = La part de celles où l’entreprise a répondu
conversations-wrote = Ont écrit
    .meaning = Conversations avec un message de la personne
conversations-leads = Prospects
    .meaning = Conversations qui ont donné un prospect
conversations-lead-rate = Taux de prospects
    .meaning = Prospects sur conversations avec un message, avec l’intervalle à 95 %
conversations-purchases = Achats
    .meaning = Conversations qui ont atteint un achat
conversations-purchase-rate = Taux d’achat
    .meaning = Achats sur conversations avec un message, avec l’intervalle à 95 %
conversations-within-5m = En 5 min
    .meaning = La part qui a eu une réponse en cinq minutes
conversations-within-1h = En 1 h
    .meaning = La part qui a eu une réponse en une heure
conversations-median = Médiane
    .meaning = La moitié de ceux qui ont eu une réponse a attendu moins
conversations-nine-of-ten = 9 sur 10
    .meaning = Neuf sur dix de ceux qui ont eu une réponse ont attendu moins

conversations-by-source = Par point d’entrée
    .first = Point d’entrée
conversations-by-hour = Par heure du premier message
    .first = Heure
conversations-by-weekday = Par jour de la semaine du premier message
    .first = Jour
conversations-by-app = Par application qui a répondu
    .first = Application
conversations-by-persona = Par persona qui a répondu
    .first = Persona
conversations-not-said = (non précisé)

conversations-tags = Messages que vous avez envoyés, par étiquette
    .label = Messages envoyés
conversations-tag = Étiquette
conversations-tag-none = dans la fenêtre
conversations-sent = Envoyés
    .meaning = Messages de l’entreprise
conversations-read = Lus
    .meaning = Ceux que la personne a lus
conversations-read-rate = Taux de lecture
    .meaning = La part lue, avec l’intervalle à 95 %

conversations-heat = Temps de réponse, par jour et par heure
    .note = Minutes médianes entre le premier message et la réponse ; h : heures. Plus c’est foncé, plus c’est lent. Jour et heure sont ceux du premier message.
    .hours = { $number } h
    .cell = { $day } { $hour } h : { $count ->
        [one] { $count } a écrit
       *[other] { $count } ont écrit
    }, { $answered } répondues, médiane { $median }
