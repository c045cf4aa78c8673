quality-title = Qualité des données
quality-as-of = État au { $time }.

quality-tile-events = Événements
    .note = chacun une fois
quality-tile-quarantined = En quarantaine
    .note = non compris, de n’importe quel jour
quality-tile-late = En retard
    .note = arrivés plus d’une heure après les faits ; ce qui est importé aussi
quality-tile-clamped = Heures impossibles
    .note = remplacées par celle de leur webhook

quality-alerts = À examiner
    .label = Alertes
quality-alerts-none = Rien à signaler.
quality-kind-silence = silence
quality-kind-reconciliation = rapprochement
quality-kind-typo = faute de frappe
quality-kind-lost_refs = refs perdues
quality-kind-policy = règlement
quality-kind-quarantine = quarantaine
quality-kind-broken_parts = parties illisibles
quality-alert-policy = Meta : { $action ->
    [block] blocage
    [warning] avertissement
   *[other] { $action }
} de la Page { $page }. { $reason }
quality-alert-silence = Personne n’est venu par { $door ->
    [ad] la publicité
    [ref] la ref
   *[other] { $door }
} { $id } depuis { $days } jours ; c’était { $usual } par jour.
quality-alert-typo = { $count ->
    [one] { $count } personne est venue
   *[other] { $count } personnes sont venues
} par la ref « { $ref } », que personne n’a enregistrée ; « { $nearest } » l’est.
quality-alert-lost = Sur { $clicks } clics sur le lien { $link }, { $lost } ne sont pas arrivés dans un fil : y a-t-il un bouton « Démarrer », et le lien mène-t-il à la bonne Page ?
quality-alert-quarantine = { $count ->
    [one] { $count } élément n’a pas pu être compris.
   *[other] { $count } éléments n’ont pas pu être compris.
} `journal replay --quarantined` réessaie après une mise à jour.
quality-alert-broken-parts = ClickHouse n’a pas pu lire { $count ->
    [one] { $count } partie
   *[other] { $count } parties
} de ses tables et { $count ->
    [one] l’a mise
   *[other] les a mises
} de côté. Ce que le journal contenait encore a été renvoyé ; restaurez une sauvegarde si des chiffres plus anciens manquent.
quality-alert-reconciliation = Le { $date }, nous avons { $ours } conversations par les publicités de act_{ $account }, Meta en a { $meta } : nous en aurions d’habitude de { $low } à { $high }. { $advice }
quality-advice-fewer = Les webhooks de la Page arrivent-ils encore, avec messages et messaging_referrals ?
quality-advice-more = La dépense du compte a-t-elle été récupérée depuis ?

quality-unknown = Refs que personne n’a enregistrées
    .label = Refs inconnues
quality-unknown-help = Des personnes sont venues par des liens avec ces refs ; le registre ne les connaît pas.
quality-ref = Ref
quality-came-by-it = Venues par elle
    .meaning = Entrées dans un fil par ce ref
quality-last = Dernière fois
quality-nearest = Peut-être pour
quality-page = Page

quality-threads = Nouveaux fils sans provenance
    .label = Fils sans provenance
quality-threads-help = Le bouton de la Page, la recherche et la fenêtre de discussion de la Page ne laissent pas de trace ; une ref perdue non plus. Une Page sans bouton « Démarrer » ne transmet jamais la ref des nouvelles personnes.
quality-new-threads = Nouveaux fils
    .meaning = Personnes qui ont ouvert leur première conversation ces jours-ci
quality-without-referral = Sans provenance
    .meaning = Celles qui sont venues sans provenance : organiques, ou provenance perdue
quality-share = Part
    .meaning = De tous les clics, ou de tous les nouveaux fils, la part de la colonne précédente

quality-lost = Clics qui ne sont pas arrivés
    .label = Clics perdus
quality-lost-help = Clics sur des liens suivis dont la personne n’a pas été vue dans un fil depuis : des personnes qui n’ont pas écrit, et des refs perdues.
quality-link = Lien
quality-clicks = Clics
    .meaning = Visites de personnes sur le lien suivi
quality-arrived = Arrivés
    .meaning = Clics dont la personne a été vue dans un fil
quality-did-not = Non arrivés
    .meaning = Clics dont la personne n’a pas été vue dans un fil

quality-silent = Points d’entrée inactifs
    .label = Points d’entrée inactifs
quality-silent-help = Sur les 28 jours précédents. À leur propre rythme, un silence aussi long a moins d’une chance sur 1 000 (Poisson).
quality-door = Point d’entrée
quality-door-named = { $door ->
    [ad] publicité
    [ref] ref
   *[other] { $door }
} { $id }
quality-usual-per-day = D’habitude par jour
    .meaning = Entrées par jour par ce point d’entrée, comme avant
quality-silent-days = Jours sans entrée
    .meaning = Jours depuis la dernière entrée par ce point
quality-expected = Attendues entre-temps
    .meaning = Entrées qui seraient venues en ce temps au rythme habituel

quality-beside-meta = Comparaison avec Meta
    .label = En regard de Meta
quality-beside-meta-help = Nos conversations par publicité dans lesquelles la personne a écrit, en regard des « conversations par message démarrées » de Meta. Les jours sont ceux du compte publicitaire. L’habituel est ce que les 28 jours précédents laissent attendre ; un jour qui en sort est signalé plus haut.
quality-day = Jour
quality-account = Compte
quality-ours = Nous
    .meaning = Nos conversations par les publicités du compte où la personne a écrit
quality-metas = Meta
    .meaning = Ce que Meta compte comme conversations démarrées
quality-gap = Écart
    .meaning = Les nôtres moins celles de Meta
quality-usual = Habituel
    .meaning = La plage où sont les nôtres 999 jours sur 1 000 comme ceux d’avant
quality-causes = Ce qui peut l’expliquer
quality-cause-without-referral = { $count ->
    [one] { $count } nouveau fil sans provenance
   *[other] { $count } nouveaux fils sans provenance
}
quality-cause-opened-silently = { $count ->
    [one] { $count } ouverte sans rien écrire
   *[other] { $count } ouvertes sans rien écrire
}
quality-cause-within-7-days = { $count ->
    [one] { $count } revenue en 7 jours
   *[other] { $count } revenues en 7 jours
}
quality-cause-late = { $count ->
    [one] { $count } arrivée en retard
   *[other] { $count } arrivées en retard
}
quality-cause-moved-by-zone = { $count ->
    [one] { $count } déplacée par le fuseau horaire
   *[other] { $count } déplacées par le fuseau horaire
}

quality-none = Aucun événement de ces jours n’est arrivé
quality-nobody = Événements sans personne
quality-nobody-help = Ils ne figurent dans aucune conversation ni aucun entonnoir.
quality-nobody-why = Raison
quality-nobody-group = Discussions de groupe : plusieurs personnes écrivent
quality-nobody-self = L’entreprise s’est écrit à elle-même
quality-nobody-unmatched = Conversions signalées dont la personne n’est pas encore trouvée
quality-nobody-business = À propos de la page ou du numéro
quality-nobody-refused = Non compris : { $reason }
quality-kinds = Événements par genre
quality-channel = Messagerie
quality-kind = Genre
quality-wire = Sur le réseau
quality-events = Événements
    .meaning = Événements distincts de ces jours
quality-people = Personnes
    .meaning = Personnes qui ont eu un tel événement
quality-impossible-time = Heure impossible
    .meaning = Événements à l’heure impossible ; ils ont celle de leur webhook
quality-late = En retard
    .meaning = Événements arrivés plus d’une heure après leur heure
quality-nothing = Rien n’est arrivé ces jours-là : on ne peut donc rien dire. Si rien n’est jamais arrivé, la <a href="/">vue d’ensemble</a> dit par où commencer.
quality-erased = { $count ->
    [one] { $count } élément n’a pas été repris : sa personne a été effacée après qu’il s’est produit.
   *[other] { $count } éléments n’ont pas été repris : leurs personnes ont été effacées après qu’ils se sont produits.
}
quality-received = { $received ->
    [one] { $received } événement est arrivé
   *[other] { $received } événements sont arrivés
} : { $accepted } acceptés, { $duplicates } livrés une nouvelle fois. { $quarantined ->
    [0] Rien n’est en quarantaine.
    [one] { $quarantined } élément est en quarantaine en plus.
   *[other] { $quarantined } éléments sont en quarantaine en plus.
}
