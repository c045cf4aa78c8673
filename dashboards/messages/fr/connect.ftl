# La page qui crée une adresse pour une feuille de calcul.
connect-link = Relier une feuille de calcul
connect-title = Relier une feuille de calcul
connect-new = Une nouvelle adresse
connect-about = L’adresse créée ici répond à cette seule question, sous toutes ses formes, et à rien d’autre. Quiconque la possède voit ces chiffres jusqu’à son échéance ou sa révocation.
connect-range = Jours des chiffres
    .rolling = toujours les 30 derniers jours
    .fixed = les jours de l’adresse
connect-days = Valable, en jours
connect-make = Créer l’adresse
connect-told = L’adresse, affichée cette seule fois :
connect-google = Dans une cellule : <code>=IMPORTDATA("…")</code> avec l’adresse entre les guillemets. Si les décimales ont une virgule, ajoutez <code>&amp;locale=fr</code>.
connect-excel = <b>Données › À partir du web</b>, avec l’adresse ; informations d’identification : <b>Anonyme</b>.
connect-libreoffice = <b>Feuille › Liens externes</b>, avec l’adresse ; choisissez ensuite la fréquence de relecture.
connect-made = Adresses de cette question
connect-none = Il n’y a pas d’adresse { $name } que vous puissiez révoquer.
connect-no-question = On ne peut relier qu’une question de l’API qui répond par des lignes et ne montre aucune personne.
connect-unavailable = ClickHouse n’a pas répondu ; rien n’a été modifié.
