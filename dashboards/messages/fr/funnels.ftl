funnels-usual = Clic vers Messenger
funnels-funnel = Entonnoir
funnels-by = Ventiler par
by-source = Point d’entrée
by-ad = Publicité
by-campaign = Campagne
by-link = Lien
by-page = Page
by-channel = Messagerie
by-country = Pays
by-week = Semaine
by-hour = Heure
funnels-unit-conversation = Compté par conversation.
funnels-unit-person = Compté par personne.
funnels-no-value = (aucune)
funnels-nobody = Personne n’est entré dans cet entonnoir
funnels-why-nothing = Rien de ces jours ne correspond à { $step } : choisissez d’autres jours, ou comparez ce que demande l’étape aux genres d’événements de la page Qualité des données.
funnels-steps = Étapes
funnels-against = { $step } sur { $of } : { $verdict }.
funnels-same-age = Les deux périodes sont comptées au même âge : pour chaque { $unit ->
    [person] personne
   *[other] conversation
}, ce qui s’est passé dans le temps que toutes deux ont eu.
funnels-compare-whole = Comparer tout jusqu’à présent
funnels-whole-age = Tout est compté jusqu’à présent : la période la plus ancienne a eu plus de temps.
funnels-compare-same-age = Comparer au même âge
funnels-step = Étape
funnels-reached = Atteinte
    .meaning = Combien ont atteint l’étape, après toutes les précédentes
funnels-of-previous = De l’étape précédente
    .meaning = Part de celles qui ont atteint l’étape précédente
funnels-of-first = De la première
    .meaning = Part de celles qui ont atteint la première étape
funnels-dropped = N’ont pas continué
    .meaning = Ont atteint cette étape et pas la suivante
funnels-quarter = 1 sur 4 en moins de
    .meaning = Un quart est venu de l’étape précédente en moins de ce temps
funnels-median = Médiane
    .meaning = La moitié de ceux qui ont atteint l’étape a mis moins de temps depuis la précédente
funnels-three-quarters = 3 sur 4
    .meaning = Trois sur quatre ont mis moins de temps depuis l’étape précédente
funnels-nine-tenths = 9 sur 10
    .meaning = Neuf sur dix ont mis moins de temps depuis l’étape précédente
funnels-flow = Flux à travers les étapes
funnels-flow-told = Flux des points d’entrée à travers les étapes : { $steps }
funnels-left-after = abandon après { $step }
funnels-from = De
funnels-to = Vers
funnels-how-many = Combien
    .meaning = Combien ont pris ce chemin
funnels-rates = { $step } sur { $of }, jour après jour
funnels-share-step = Part de
funnels-share-of = sur
chart-rates = Part de { $step } sur { $of } sur { $count } jours ou semaines.{ $unfinished ->
    [0] {""}
    [one] {" "}Un n’est pas terminé : il est plus clair, avec la part attendue à la fin.
   *[other] {" "}{ $unfinished } ne sont pas terminés : ils sont plus clairs, avec la part attendue à la fin.
} Le tableau ci-dessous les donne tous.
funnels-day = Jour
funnels-share = Part
    .meaning = Avec son intervalle à 95 % (Wilson)
funnels-share-so-far = Part à ce jour
    .meaning = De ce qui s’est passé jusqu’à présent, avec son intervalle à 95 % (Wilson)
funnels-so-far = part à ce jour
funnels-so-far-unfinished = à ce jour, jours non terminés
funnels-matured = Part mûrie
    .meaning = La part des conversions finales pour laquelle il y a eu le temps, d’après le temps de conversion des précédentes
funnels-expected = Attendue à la fin
    .meaning = Part quand le temps de toutes sera écoulé, avec un intervalle à 95 % : ce qui s’est passé à ce jour, et ce qui est encore attendu d’après le temps de conversion des précédentes (Kaplan et Meier)
funnels-unfinished = Les { $unit ->
    [person] personnes
   *[other] conversations
} ont { $time } pour convertir. Les jours tracés plus clairs ne sont pas terminés : la ligne est ce qui s’est passé à ce jour ; un cercle est la part attendue à la fin, une barre son intervalle à 95 %. Sans cercle, les { $unit ->
    [person] personnes
   *[other] conversations
} précédentes ne permettent aucune attente (moins de 20 conversions, ou moins de 30 ou de 7 jours d’entre elles dont le temps – { $time } – est écoulé).
funnels-window-days = { $count ->
    [one] un jour
   *[other] { $count } jours
}
funnels-window-hours = { $count ->
    [one] une heure
   *[other] { $count } heures
}
funnels-window-minutes = { $count ->
    [one] une minute
   *[other] { $count } minutes
}
funnels-reversed = Pour chaque valeur de « { $dimension } » c’est l’inverse : le total a bougé parce que leur mélange a changé (paradoxe de Simpson).
funnels-row-reversed = Pour chaque valeur de « { $dimension } » c’est l’inverse : la ligne diffère par son mélange, non par sa conversion (paradoxe de Simpson).
funnels-compared = { $step } sur { $of }, ligne par ligne
funnels-compared-note = Chaque ligne face à toutes les autres, comme si elles avaient été ouvertes les mêmes jours. Intervalles à 95 % ; les valeurs p tiennent compte des jours qui diffèrent et du nombre de lignes (Benjamini et Hochberg).
funnels-first-day = Pour chaque { $unit ->
    [person] personne
   *[other] conversation
}, ce qui s’est passé dans la journée qui suit son début ; celles du dernier jour sont omises.
funnels-row = Valeur
funnels-better = Probabilité d’être meilleur
    .meaning = Probabilité que la part réelle de la ligne soit plus grande que celle de toutes les autres
funnels-p = p
    .meaning = Probabilité d’une différence aussi grande par hasard, corrigée du nombre de lignes
funnels-verdict = Verdict
funnels-left-out = { $count ->
    [one] { $count } autre ligne est dans les fichiers.
   *[other] { $count } autres lignes sont dans les fichiers.
}
funnels-more-than = > { $number }
funnels-less-than = < { $number }
funnels-sequences = Parcours les plus fréquents
    .note = Le point d’entrée, puis les 8 premières choses faites par les personnes et l’entreprise ; celles qui se répètent, une seule fois.
funnels-sequence = Suite
funnels-people = Personnes
    .meaning = Personnes dont les premiers actes sont ceux-ci, dans cet ordre

kind-message = message
kind-echo = réponse
kind-postback = bouton
kind-referral = entrée
kind-opt_in = inscription
kind-delivery = remis
kind-read = lu
kind-conversion = conversion
kind-other = autre

funnels-build = Entonnoir personnalisé
    .about = Dites quelles sont les étapes, de la première à la dernière. Les étapes vides sont ignorées.
funnels-build-one = Construire le vôtre
funnels-title = Titre
funnels-step-number = Étape { $number }
funnels-exclude = Met fin à une tentative, si cela survient entre-temps
funnels-any = indifférent
funnels-field-name = Nom
funnels-field-kind = Ce qui se passe
funnels-field-source = Par le point d’entrée
funnels-field-payload = Payload
    .about = Expression régulière sur le payload du bouton ou de la réponse rapide, par exemple ^BUY
funnels-field-ref = Ref
    .about = Expression régulière sur le ref, par exemple ^ete
funnels-field-conversion = Conversion
    .about = Nom de la conversion, par exemple lead ou purchase
funnels-field-min-value = Valeur à partir de
funnels-count = Compter
funnels-count-conversation = les conversations
funnels-count-person = les personnes
funnels-order = Ordre
funnels-order-ordered = l’une après l’autre
funnels-order-strict = sans autre étape entre deux
funnels-order-any = dans n’importe quel ordre
funnels-reentry = De plusieurs tentatives
funnels-reentry-first = la première compte
funnels-reentry-best = la plus avancée compte
funnels-reentry-every = chacune compte
funnels-window = En moins de
    .about = À partir de la première étape : 28d, 36h, 90m ou none
funnels-compute = Afficher l’entonnoir
funnels-all = Tous les entonnoirs
funnels-keep = Garder cet entonnoir
    .how = L’adresse de cette page est l’entonnoir : mettez-la en favori. Pour l’avoir dans la liste, dans les rapports et dans l’API, placez ceci dans le fichier <code>{ $file }</code> à côté des réglages :

people-no-further = N’ont pas continué après { $step }
people-reached = Ont atteint { $step }
people-count = { $count ->
    [one] { $count } dans l’entonnoir
   *[other] { $count } dans l’entonnoir
}
people-nobody = Il n’y a personne ici
people-people = Personnes
people-person = Personne
people-entered = Entrée dans l’entonnoir
people-at-step = Étape atteinte
people-more = { $count ->
    [one] { $count } autre est dans le CSV.
   *[other] { $count } autres sont dans le CSV.
}

funnels-headline = { $share } de { $count } ont atteint { $step }{ $few }
funnels-few = {" "}(trop peu pour juger, il en faut encore { $more })
funnels-biggest-drop = Le plus grand abandon : { $share } de ceux qui ont atteint { $step } ne sont pas allés plus loin ({ $count } sur { $of }).{ $few }
funnels-median-told = médiane { $time }

funnels-way-contains = contient
funnels-way-is = est
funnels-way-starts = commence par
funnels-way-matches = correspond à l’expression régulière
funnels-way = Comment
funnels-conditions = Autres conditions
funnels-step-up = Monter l’étape { $number }
funnels-step-down = Descendre l’étape { $number }
funnels-step-remove = Supprimer l’étape { $number }
