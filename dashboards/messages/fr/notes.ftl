attribution-note-none = Il n’y a ici aucune conversion à créditer.
attribution-note-few = Seulement { $count ->
    [one] { $count } conversion
   *[other] { $count } conversions
} : les écarts entre canaux peuvent fort bien être dus au hasard ; les intervalles disent à quel point.
attribution-note-path = { $percent } % des conversions sont venues par un seul parcours : { $path }.
attribution-note-single = { $percent } % des conversions n’ont eu qu’un point de contact : sur celles-là, tous les modèles s’accordent.
attribution-note-nulls = Aucun parcours sans conversion n’est connu : l’effet de retrait d’un canal n’est que la part des conversions passées par lui.
attribution-note-order = L’ordre { $order } fait { $states } états de { $journeys } parcours : la plupart n’ont été vus que quelques fois. Un ordre plus bas est plus stable.
attribution-note-times = Le fichier n’a pas d’heures : les points de contact comptent comme espacés d’un jour.

ads-note-zone = Les jours de act_{ $account } sont ceux de { $own }, ceux de ce rapport de { $zone } : en début et en fin de journée, conversations et dépense peuvent appartenir à des jours différents.
ads-note-placement = Une provenance ne nomme que la publicité : ce qu’a apporté un emplacement n’est connu que par les décomptes de Meta.
ads-note-link = Le coût d’un lien saisi sans jour compte en entier dans chaque période ; saisissez-le avec des jours pour qu’il soit réparti (cost add).
ads-note-days = Les coûts sont connus par jours entiers ; cette période n’est pas faite de jours entiers.

reconciliation-note-days = Meta compte une conversation au jour de l’impression de la publicité et peut estimer ce qu’il ne voit pas ; nous la comptons au jour où elle a été ouverte.
reconciliation-note-zone = Les jours de act_{ $account } sont ceux de { $zone } : ses lignes ici aussi.
