rows-title = Conversations, une par ligne
rows-total = { $count ->
    [one] { $count } conversation.
   *[other] { $count } conversations.
}
rows-reached = a atteint { $stage }
rows-missed = n’a pas atteint { $stage }
rows-filtered = { $name } : { $value }
rows-nothing = Aucune conversation de ce genre ces jours-là
rows-person = Personne
rows-opened = Ouverte
rows-source = Porte d’entrée
rows-by = Publicité, lien ou ref
rows-stage = A atteint
rows-acts = Gestes
    .meaning = Ce que la personne y a fait : messages, appuis, points d’entrée
rows-answers = Réponses
    .meaning = Messages de l’entreprise
rows-next = Page suivante

touchpoints-title = Points de contact, un par ligne
touchpoints-total = { $count ->
    [one] { $count } point de contact.
   *[other] { $count } points de contact.
}
touchpoints-about = Le crédit va à ceux qui mènent à une conversion, y compris plus tôt dans la fenêtre d’attribution.
touchpoints-nothing = Aucun point de contact de ce genre ces jours-là
touchpoints-number = Rang
    .meaning = Le rang du point de contact parmi ceux de la personne
touchpoints-time = Quand
