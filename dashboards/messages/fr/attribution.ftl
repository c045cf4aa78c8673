attribution-title = Attribution
attribution-model = Modèle
attribution-channel = Canal
attribution-conversion = Conversion
attribution-lookback = Fenêtre d’attribution, en jours
attribution-intervals = Intervalles

attribution-by-source = Point d’entrée
attribution-by-ad = Publicité
attribution-by-ref = Ref
attribution-by-page = Page
attribution-by-country = Pays
attribution-by-source-and-ad = Point d’entrée et publicité
attribution-by-source-and-ref = Point d’entrée et ref
attribution-by-campaign = Campagne
attribution-by-medium = Support du lien
attribution-by-link = Lien
attribution-any = Toutes

attribution-conversions = { $count ->
    [one] { $count } conversion
   *[other] { $count } conversions
}
attribution-conversions-of = { $count ->
    [one] { $count } conversion
   *[other] { $count } conversions
} « { $goal } »
attribution-journeys = { $count ->
    [one] { $count } parcours
   *[other] { $count } parcours
}
attribution-summary = { $conversions } sur ces jours ; { $journeys } sans conversion. Les points de contact reçoivent du crédit pendant { $days ->
    [one] { $days } jour
   *[other] { $days } jours
}.

attribution-none = Aucune conversion entre ces jours
attribution-none-help = Choisissez d’autres jours ou une autre conversion ci-dessus. Des règles (<code>conversions.rules</code>) définissent ce qui compte comme conversion : par défaut, un numéro de téléphone ou une adresse e-mail partagés, et les postbacks qui commencent par <code>LEAD</code> ou <code>PURCHASE</code>.

attribution-credit = Conversions
    .meaning = Conversions de ces jours, pour la part que le modèle attribue ici
attribution-how-many = Conversions
    .meaning = Conversions de ces jours, chacune entière
attribution-interval = Intervalle à 95 %
    .meaning = Si d’autres personnes semblables étaient venues : 400 tirages d’autant de personnes
attribution-share = Part
    .meaning = La part de toutes les conversions
attribution-value = Valeur
    .meaning = La valeur de ces conversions, chaque devise à part
attribution-effect = Effet de retrait
    .meaning = La part de toutes les conversions qui serait perdue sans le canal

attribution-costs = Coût et retour
attribution-costs-help = Dépense publicitaire de ces jours, en regard du crédit ci-dessus. La valeur et le retour ne comptent que les conversions dans la devise de la dépense.
attribution-spend = Dépense
    .meaning = Ce que ses publicités ont coûté ces jours-ci
attribution-cost-each = Coût unitaire
    .meaning = Dépense divisée par conversions
attribution-roas = ROAS
    .meaning = Retour sur la dépense publicitaire par jour de conversion : valeur des conversions de ces jours divisée par la dépense de ces jours
attribution-cost-lost = Coût par conversion perdue sans lui
    .meaning = Markov uniquement, à partir de 300 conversions : dépense pour chaque conversion qui serait perdue sans le canal

attribution-comparison = Comparaison des modèles
attribution-comparison-help = Conversions selon chaque modèle. Lorsqu’un modèle diffère de « { $model } » d’un dixième ou plus, et d’une conversion ou plus, l’écart figure en dessous.
attribution-difference = { $percents } %
attribution-new = nouveau
attribution-left-out = { $count ->
    [one] { $count } autre ligne
   *[other] { $count } autres lignes
} avec moins de crédit : voir le CSV.
attribution-meanings = Ce que signifient les modèles

attribution-assists = Le rôle de chaque canal
attribution-assists-help = Un canal assiste une conversion s’il est sur son parcours et qu’un autre l’a conclue.
attribution-on-path = Sur le parcours
    .meaning = Conversions dont le parcours passe par ce canal
attribution-first = Premier
    .meaning = Conversions dont le parcours commence par lui
attribution-last = Dernier
    .meaning = Conversions dont le parcours finit par lui
attribution-assisted = Assistées
    .meaning = Conversions dont le parcours passe par lui et qu’un autre canal a conclues
attribution-assisted-per-last = Assistées par conclue
    .meaning = Au-dessus de 1, le canal prépare plus de conversions qu’il n’en conclut

attribution-paths = Les parcours
attribution-lengths = Selon le nombre de points de contact
attribution-touchpoints = Points de contact
    .meaning = Le nombre de points de contact du parcours
attribution-without = Sans
    .meaning = Parcours sans conversion
attribution-lags = Selon les jours du premier point de contact à la conversion
attribution-days = Jours
    .meaning = Jours entiers du premier point de contact à la conversion : 0 veut dire en 24 heures
attribution-people = Nouvelles personnes (vues pour la première fois dans la fenêtre d’attribution) et personnes déjà connues
attribution-people-kind = Personnes
attribution-people-count = Nombre
    .meaning = Personnes avec une conversion ces jours-ci
attribution-people-new = Nouvelles
attribution-people-returning = Déjà connues
attribution-people-unknown = Jamais vues auparavant
attribution-common = Parcours de conversion les plus fréquents
attribution-path = Parcours
attribution-rate = Converties
    .meaning = La part de ces parcours qui mènent à une conversion
attribution-transitions = De chaque canal au suivant
attribution-from = De
    .meaning = De tous ceux qui y étaient, la part qui est allée vers chaque colonne
attribution-to-start = Début
attribution-to-conversion = Conversion
attribution-to-none = Aucune

model-first = Premier contact
    .explanation = Tout le crédit va au premier point de contact : quel point d’entrée suscite un nouvel intérêt. Ce qui s’est passé ensuite ne reçoit rien.
model-last = Dernier contact
    .explanation = Tout le crédit va au dernier point de contact avant la conversion : quel point d’entrée conclut. Ce qui y a mené ne reçoit rien.
model-last_non_organic = Dernier non organique
    .explanation = Tout le crédit va au dernier point de contact que Meta nomme ; un contact organique n’en reçoit que s’il n’y en a pas d’autre. Conçu pour les personnes qui reviennent d’elles-mêmes après une publicité.
model-linear = Linéaire
    .explanation = Chaque point de contact du parcours reçoit autant. Équitable pour tous, et aveugle à ce qui a compté.
model-position = Position
    .explanation = Le premier et le dernier point de contact reçoivent des parts fixes (40 % chacun, sauf réglage contraire), ceux du milieu se partagent le reste.
model-time_decay = Décroissance temporelle
    .explanation = Plus on est près de la conversion, plus on reçoit : un point de contact antérieur d’une demi-vie (7 jours, sauf réglage contraire) reçoit deux fois moins.
model-markov = Markov
    .explanation = Tous les parcours, y compris ceux sans conversion, forment une chaîne d’étapes avec leurs probabilités. Un canal reçoit en proportion des conversions qui seraient perdues si tous ceux qui y sont venus étaient repartis.
model-shapley = Shapley
    .explanation = Issu de la théorie des jeux : un canal reçoit ce qu’il ajoute en moyenne lorsque les canaux se joignent l’un après l’autre, dans tous les ordres. Les contacts répétés comptent une fois ; leur ordre ne compte pas.
