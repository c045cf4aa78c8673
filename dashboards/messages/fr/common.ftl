language-name = Français
percent = { $number } %
none = –
money = { $amount } { $currency }
between = { $low } à { $high }
span-seconds = { $number } s
span-minutes = { $number } min
span-hours = { $number } h
span-days = { $number } j

skip = Aller aux chiffres
pages = Pages
menu = Menu
pages-analyse = Analyser
pages-conversations = Conversations
pages-data = Données
pages-saved = Enregistrées
log-out = Se déconnecter
language = Langue

clock-opening = Par jour d’ouverture : une conversion compte le jour où sa conversation a été ouverte.
    .link = Par jour d’ouverture
clock-conversion = Par jour de conversion : une conversion compte le jour où elle a eu lieu.
    .link = Par jour de conversion

page-overview = Vue d’ensemble
page-funnels = Entonnoirs
page-ads = Publicités
page-attribution = Attribution
page-links = Liens et QR
page-conversations = Temps de réponse
page-cohorts = Rétention
page-audience = Audience
page-reports = Rapports
page-alerts = Alertes
page-goals = Objectifs
page-views = Vues enregistrées
page-quality = Qualité des données
page-reference = API
workspace-bar = Espace de travail
workspace-all = Tous les espaces
page-workspaces = Espaces de travail
page-settings = Réglages

first-day = Premier jour
last-day = Dernier jour
show = Afficher
date-ranges = Périodes
preset-today = Aujourd’hui
preset-yesterday = Hier
preset-7 = 7 jours
preset-28 = 28 jours
preset-30 = 30 jours
preset-90 = 90 jours
preset-month = Ce mois-ci
preset-last-month = Le mois dernier
as-table = En tableau
choose-other-days = Choisissez d’autres jours ci-dessus. Si rien n’est jamais arrivé, la <a href="/">vue d’ensemble</a> dit par où commencer.
days-shown = Du { $first } au { $last }, fuseau horaire { $zone }.

stage-impressions = Impressions
    .meaning = Nombre d’affichages des publicités : d’après les données de dépense
stage-clicks = Clics
    .meaning = Clics sur les publicités : d’après les données de dépense ou les liens suivis
stage-opened = Ouverte
    .meaning = Premier geste d’une personne dans le fil, ou le premier après 7 jours de silence
stage-messaged = Message
    .meaning = La personne a écrit, touché une réponse rapide, ou touché un bouton après l’ouverture
stage-answered = Répondue
    .meaning = Premier message de l’entreprise après cela
stage-engaged = Engagée
    .meaning = La personne a encore écrit ou touché après la réponse
stage-lead = Prospect
    .meaning = Un prospect après cela : un numéro de téléphone ou une adresse partagés, ou une règle à vous
stage-purchase = Achat
    .meaning = Un achat après le prospect

source-ad = Publicités
    .meaning = Publicités « clic vers Messenger », quel que soit l’emplacement
source-link = Liens
    .meaning = Liens m.me et ig.me
source-qr = Codes QR
    .meaning = Codes Messenger, et liens enregistrés comme imprimés
source-chat_plugin = Chat du site
    .meaning = Le module de discussion d’un site web
source-discover = Découvrir
    .meaning = L’onglet Découvrir de Messenger
source-comment = Commentaires
    .meaning = Une réponse privée à un commentaire
source-sponsored = Messages sponsorisés
    .meaning = Messages payants dans des fils existants
source-notification = Notifications
    .meaning = Messages uniques ou marketing auxquels la personne s’est inscrite
source-customer_match = Audience importée
    .meaning = Une audience téléversée
source-organic = Organique
    .meaning = Bouton de la Page, recherche ou fenêtre de discussion : Meta ne dit pas lequel
source-other = Autre
    .meaning = Une source que cette version ne connaît pas ; gardée sous son nom
source-none = Sans point de contact
    .meaning = Conversions sans point de contact dans la fenêtre d’attribution

weekday-1 = Lundi
    .within = lundi
weekday-2 = Mardi
    .within = mardi
weekday-3 = Mercredi
    .within = mercredi
weekday-4 = Jeudi
    .within = jeudi
weekday-5 = Vendredi
    .within = vendredi
weekday-6 = Samedi
    .within = samedi
weekday-7 = Dimanche
    .within = dimanche

month-1 = janv.
month-2 = févr.
month-3 = mars
month-4 = avr.
month-5 = mai
month-6 = juin
month-7 = juil.
month-8 = août
month-9 = sept.
month-10 = oct.
month-11 = nov.
month-12 = déc.
chart-day = { $day } { $month }
chart-empty = Rien sur cette période
chart-funnel = Entonnoir : { $steps }
chart-step = { $count } · { $previous } de l’étape précédente, { $first } du total
chart-credit = Conversions par canal : { $channels }
chart-leads = Prospects par { $level } : { $rows }
chart-row-leads = { $count ->
    [one] { $count } prospect
   *[other] { $count } prospects
}
chart-row-cost = { $leads } · { $amount } { $currency }

error-400 = Impossible d’afficher cela
error-403 = Vous ne pouvez pas voir cela
error-404 = Il n’y a rien ici
error-422 = Cette question est trop grande
error-other = Les chiffres ne peuvent pas être affichés pour l’instant
error-back = Retour aux 30 derniers jours
chart-trend = Conversations par jour d’ouverture sur { $days ->
    [one] { $days } jour
   *[other] { $days } jours
} : { $opened } ouvertes, { $leads } prospects, { $purchases } achats. Le tableau ci-dessous donne chaque jour.
error-days = Une page montre au plus { $count } jours. Choisissez-en moins ; l’API en accepte davantage.
chart-rest = { $count } autres

page-entry-points = Points d’entrée
# Ce que dit le menu des jours.
range-day = { $last } { $month } { $year }
range-days = { $first } – { $last } { $month } { $year }
range-months = { $first } { $first-month } – { $last } { $month } { $year }
range-years = { $first } { $first-month } { $first-year } – { $last } { $month } { $year }
compare-previous = par rapport à la période précédente
compare-year = par rapport aux mêmes jours de l’an dernier
compare-none = Sans comparaison
filter-add = Ajouter un filtre
filter-by = Filtrer par
filter-value = Valeur
filter-apply = Appliquer
filter-remove = Retirer le filtre { $filter }

suggest-nothing = Rien de tel ces jours-là
suggest-all = { $events ->
    [one] { $events } événement
   *[other] { $events } événements
} de { $people ->
    [one] { $people } personne
   *[other] { $people } personnes
}

find-title = Rechercher
find-label = Page, entonnoir, publicité, lien ou identifiant d’une personne
find-page = page
find-funnel = entonnoir
find-ad = publicité
find-link = lien
find-person = personne
find-nothing = Rien ne porte ce nom
filter-not-here = Les filtres ne s’appliquent pas à cette page

error-not-taken = ClickHouse ne peut pas répondre : une expression régulière ou une liste n’est pas de celles qu’il accepte. Le journal du serveur contient ses mots.
error-too-many-groups = Cela distingue plus de groupes que quiconque n’en lit. Choisissez moins de dimensions, ou moins de jours.
error-too-large = Cela demande plus de temps ou de mémoire qu’une question ne peut en prendre. Choisissez moins de jours, ou distinguez moins de groupes.
error-unreachable = ClickHouse n’a pas répondu. Les événements sont toujours collectés ; le journal du serveur dit pourquoi.
error-busy = Trop de questions à la fois. Réessayez dans quelques secondes.
error-failed = L’analyse a échoué. Le journal du serveur dit pourquoi.
error-in-parameter = { $parameter } : { $reason }
