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
rows-by = Par
rows-stage = A atteint
rows-acts = Gestes
    .meaning = Ce que la personne y a fait : messages, appuis, portes d’entrée
rows-answers = Réponses
    .meaning = Messages de l’entreprise
rows-next = Page suivante
