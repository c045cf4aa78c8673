reference-about = Tirée du programme lui-même ; pour les machines : <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). Un jeton se place dans l’en-tête <code>Authorization: Bearer …</code>. Les erreurs sont en <code>application/problem+json</code> et nomment le paramètre. L’en-tête <code>RateLimit</code> dit combien de questions restent dans la minute. Les descriptions qui suivent sont en anglais.
reference-parameter = Paramètre
reference-type = Type
reference-parameter-about = Ce qu’il dit
reference-answers = Réponses : { $forms }
reference-field = Champ
reference-field-about = Ce que c’est
reference-list = liste de { $what }
reference-or = { $one } ou { $other }
