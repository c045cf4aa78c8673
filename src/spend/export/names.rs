//! The names of columns: those that Ads Manager gives them in several languages, those of the Marketing
//! API, and ours.
//!
//! Gathered from public parsers and their test files; where Ads Manager has used several, all are taken.

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The day.
    Date,
    /// The first day of what a row is about.
    Starts,
    /// The last day of what a row is about.
    Ends,
    /// Ad account.
    AccountId,
    /// Ad.
    AdId,
    /// Name of the ad.
    AdName,
    /// Ad set.
    AdsetId,
    /// Name of the ad set.
    AdsetName,
    /// Campaign.
    CampaignId,
    /// Name of the campaign.
    CampaignName,
    /// Platform.
    Platform,
    /// Place in the platform.
    Position,
    /// Impressions.
    Impressions,
    /// Link clicks.
    Clicks,
    /// What it cost.
    Spend,
    /// ISO 4217.
    Currency,
    /// Messaging conversations started.
    Started,
    /// New messaging contacts.
    FirstReplies,
}

impl Field {
    /// Its name in messages and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(field, ..)| *field == self).map_or("", |(_, name, _)| name)
    }

    /// The field of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known, _)| *known == name).map(|(field, ..)| *field)
    }

    /// All names, for messages.
    #[must_use]
    pub fn names() -> String {
        NAMES.iter().map(|(_, name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// Each field: its name in messages and on the command line, and its names in files: ours and the
/// API's, then English, French, German, Spanish, Portuguese.
pub(super) const NAMES: [(Field, &str, &[&str]); 18] = [
    (Field::Date, "date", &["date", "day", "jour", "tag", "datum", "día", "fecha", "dia", "data"]),
    (
        Field::Starts,
        "date_start",
        &[
            "date_start",
            "reporting starts",
            "début des rapports",
            "berichtsstart",
            "berichtsbeginn",
            "berichtszeitraum beginnt",
            "beginn der berichterstattung",
            "inicio del informe",
            "inicio de los informes",
            "início dos relatórios",
        ],
    ),
    (
        Field::Ends,
        "date_stop",
        &[
            "date_stop",
            "reporting ends",
            "fin des rapports",
            "berichtsende",
            "berichtszeitraum endet",
            "ende der berichterstattung",
            "fin del informe",
            "fin de los informes",
            "final del informe",
            "encerramento dos relatórios",
            "término dos relatórios",
            "fim dos relatórios",
        ],
    ),
    (
        Field::AccountId,
        "account_id",
        &[
            "account_id",
            "account id",
            "id du compte",
            "identifiant du compte",
            "konto-id",
            "account-id",
            "identificador de la cuenta",
            "id de la cuenta",
            "identificação da conta",
            "id da conta",
        ],
    ),
    (
        Field::AdId,
        "ad_id",
        &[
            "ad_id",
            "ad id",
            "id de la publicité",
            "identifiant de la publicité",
            "nº de la publicité",
            "n° de la publicité",
            "numéro de la publicité",
            "anzeigen-id",
            "werbeanzeigen-id",
            "identificador del anuncio",
            "id del anuncio",
            "identificação do anúncio",
            "id do anúncio",
        ],
    ),
    (
        Field::AdName,
        "ad_name",
        &[
            "ad_name",
            "ad name",
            "nom de la publicité",
            "name der anzeige",
            "anzeigenname",
            "name der werbeanzeige",
            "nombre del anuncio",
            "nome do anúncio",
        ],
    ),
    (
        Field::AdsetId,
        "adset_id",
        &[
            "adset_id",
            "ad set id",
            "id de l'ensemble de publicités",
            "identifiant de l'ensemble de publicités",
            "anzeigengruppen-id",
            "identificador del conjunto de anuncios",
            "identificador del conjunto",
            "id del conjunto de anuncios",
            "identificação do conjunto de anúncios",
            "id do conjunto de anúncios",
        ],
    ),
    (
        Field::AdsetName,
        "adset_name",
        &[
            "adset_name",
            "ad set name",
            "nom de l'ensemble de publicités",
            "anzeigengruppenname",
            "name der anzeigengruppe",
            "nombre del conjunto de anuncios",
            "nome do conjunto de anúncios",
        ],
    ),
    (
        Field::CampaignId,
        "campaign_id",
        &[
            "campaign_id",
            "campaign id",
            "id de la campagne",
            "identifiant de la campagne",
            "nº de la campagne",
            "kampagnen-id",
            "identificador de la campaña",
            "id de la campaña",
            "identificação da campanha",
            "id da campanha",
        ],
    ),
    (
        Field::CampaignName,
        "campaign_name",
        &[
            "campaign_name",
            "campaign name",
            "nom de la campagne",
            "kampagnenname",
            "name der kampagne",
            "nombre de la campaña",
            "nome da campanha",
        ],
    ),
    (
        Field::Platform,
        "publisher_platform",
        &["publisher_platform", "platform", "plateforme", "plattform", "plataforma"],
    ),
    (
        Field::Position,
        "platform_position",
        &[
            "platform_position",
            "placement",
            "emplacement",
            "platzierung",
            "ubicación",
            "colocación",
            "posicionamento",
        ],
    ),
    (
        Field::Impressions,
        "impressions",
        &["impressions", "impressionen", "impresiones", "impressões"],
    ),
    (
        Field::Clicks,
        "clicks",
        &[
            "inline_link_clicks",
            "link_click",
            "link clicks",
            "clics sur un lien",
            "clics sur le lien",
            "link-klicks",
            "klicks auf link",
            "clics en el enlace",
            "cliques no link",
            "cliques na ligação",
        ],
    ),
    (
        Field::Spend,
        "spend",
        &[
            "spend",
            "cost",
            "amount spent",
            "montant dépensé",
            "ausgegebener betrag",
            "importe gastado",
            "valor usado",
            "valor gasto",
            "montante gasto",
        ],
    ),
    (
        Field::Currency,
        "currency",
        &["currency", "account_currency", "devise", "währung", "divisa", "moneda", "moeda"],
    ),
    (
        Field::Started,
        "conversations_started",
        &[
            "conversations_started",
            "onsite_conversion.messaging_conversation_started_7d",
            "messaging conversations started",
            "conversations par messages démarrées",
            "gestartete messaging-unterhaltungen",
            "begonnene messaging-unterhaltungen",
            "conversaciones con mensajes iniciadas",
            "conversas por mensagem iniciadas",
        ],
    ),
    (
        Field::FirstReplies,
        "first_replies",
        &[
            "first_replies",
            "onsite_conversion.messaging_first_reply",
            "new messaging contacts",
            "new messaging connections",
            "nouveaux contacts par message",
            "nouveaux contacts de messagerie",
            "neue messaging-kontakte",
            "neue messaging-verbindungen",
            "nuevos contactos de mensajes",
            "novos contatos de mensagem",
            "novos contatos por mensagem",
            "novos contactos por mensagem",
        ],
    ),
];
