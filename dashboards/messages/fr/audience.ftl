audience-title = Audience
audience-asof = À qui l’on peut écrire hors de la fenêtre de messagerie, parce qu’ils se sont inscrits aux notifications. L’usage d’une permission unique n’est pas transmis : elle compte jusqu’à son expiration.
audience-none = Personne ne s’est encore inscrit
audience-none-help = Les inscriptions aux messages marketing et aux notifications uniques arrivent par le champ <code>messaging_optins</code> du webhook.

audience-by-day = Personnes inscrites par jour
    .label = Audience inscrite par jour
audience-chart = Audience inscrite par jour sur { $days ->
    [one] { $days } jour
   *[other] { $days } jours
} : { $count } à la fin. Le tableau ci-dessous donne chaque jour.
audience-people = Audience
    .meaning = Personnes inscrites à la fin du jour
audience-opted-in = Inscrites
    .meaning = Personnes qui se sont inscrites ce jour-là
audience-stopped-or-expired = Désinscrites ou expirées
audience-each-day = Chaque jour
audience-day = Jour
audience-stopped = Désinscrites
    .meaning = Personnes qui ont arrêté les notifications ce jour-là
audience-expired = Expirées
    .meaning = Personnes dont l’inscription a expiré ce jour-là

audience-lists = Listes de clients
audience-lists-none = Aucune liste n’a été importée : <code>messenger-funnel import audience FILE --name NAME</code> prend ce qui a été téléversé vers Meta pour l’appariement de clients. Seules des empreintes sont conservées.
audience-lists-help = Sont connues les personnes qui ont partagé leur numéro ou leur adresse dans un fil.
audience-list = Liste
audience-imported = Importée
audience-members = Membres
    .meaning = Numéros et adresses distincts de la liste
audience-known = Connues
    .meaning = Membres qui ont donné leur numéro ou leur adresse dans un fil
audience-wrote = Ont écrit ces jours
    .meaning = Membres connus qui ont ouvert une conversation ces jours-ci
audience-conversations = Conversations
    .meaning = Leurs conversations de ces jours
audience-leads = Prospects
    .meaning = Celles d’entre elles qui ont donné un prospect
audience-purchases = Achats
    .meaning = Celles d’entre elles qui ont atteint un achat
