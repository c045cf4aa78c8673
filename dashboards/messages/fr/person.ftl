person-title = Parcours
person-heading = Parcours de <bdi>{ $person }</bdi>
person-asof = Une personne de la Page <bdi>{ $page }</bdi>. Vue pour la première fois le { $first }, pour la dernière le { $last } ; { $events ->
    [one] { $events } événement
   *[other] { $events } événements
}. Heures de { $zone }.
person-conversations = Conversations
person-conversations-none = Aucune pour l’instant : rien de ce qu’elle a fait n’en ouvre une, ou elle sera créée d’ici une seconde ou deux.
person-number = Numéro
    .meaning = Le rang de la conversation parmi celles de la personne
person-opened = Ouverte
person-door = Point d’entrée
person-by = Publicité, lien ou ref
person-reached = Étape atteinte
person-acts = Gestes
    .meaning = Ce que la personne y a fait : messages, touches, entrées
person-answers = Réponses
    .meaning = Messages de l’entreprise dans la conversation
person-timeline = Ce qui s’est passé
    .note = Les types d’événements, pas les textes. Les traits pointillés marquent le début d’une conversation, une entrée, et le moment où l’entreprise ne pouvait plus répondre librement.

person-did-message = A écrit
person-did-postback = A touché un bouton
person-did-referral = Est venue
person-did-opt_in = S’est inscrite
person-did-read = A lu
person-did-echo = L’entreprise a écrit
person-did-delivery = Remis
person-detail-by = par « { $source } »
person-detail-ad = publicité { $text }
person-detail-ref = ref { $text }
person-detail-payload = payload { $text }

person-conversation = Conversation { $number } : { $source }
person-window-closed = La fenêtre de réponse s’est fermée
