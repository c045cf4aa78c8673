//! The columns of an export, recognized by their headers. What is not recognized can be said with
//! `--column`.

use std::collections::BTreeMap;

use super::names::{Field, NAMES};

/// Which column holds what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// Further columns that may be the amount spent.
    spends: Vec<usize>,
    /// The header as it stands in the file.
    pub header: Vec<String>,
    /// Place of each field's column.
    pub columns: BTreeMap<Field, usize>,
}

impl Mapping {
    /// Recognizes a header; `said` names columns that cannot be recognized.
    #[must_use]
    pub fn of(header: &[String], said: &[(Field, String)]) -> Self {
        let folded: Vec<String> = header.iter().map(|name| folded(name)).collect();
        let mut columns = BTreeMap::new();
        let mut spends = Vec::new();
        for (field, _, names) in &NAMES {
            let is_it = |column: &String, name: &str| {
                let name = self::folded(name);
                // The currency stands behind the amount: `Amount spent (EUR)`.
                let with_currency = *field == Field::Spend
                    && column.strip_prefix(&name).is_some_and(|rest| rest.starts_with(" ("));
                *column == name || with_currency
            };
            let place =
                names.iter().find_map(|name| folded.iter().position(|column| is_it(column, name)));
            columns.extend(place.map(|place| (*field, place)));
            if *field == Field::Spend {
                let is_one = |at: &usize| names.iter().any(|name| is_it(&folded[*at], name));
                spends = (0..folded.len()).filter(is_one).collect();
            }
        }
        for (field, name) in said {
            let place = folded.iter().position(|column| *column == self::folded(name));
            if *field == Field::Spend {
                spends.clear();
            }
            columns.extend(place.map(|place| (*field, place)));
        }
        Self { spends, header: header.to_vec(), columns }
    }

    /// Whether this can be the header of an export: a report's preamble has no such columns.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        self.columns.contains_key(&Field::Spend) && self.columns.len() >= 3
    }

    /// Two columns, if there are two that may be the amount spent.
    #[must_use]
    pub fn second_spend(&self) -> Option<(&str, &str)> {
        let [one, other, ..] = self.spends[..] else { return None };
        Some((&self.header[one], &self.header[other]))
    }

    /// The header of a field's column.
    #[must_use]
    pub fn header_of(&self, field: Field) -> Option<&str> {
        self.columns.get(&field).map(|place| self.header[*place].as_str())
    }
}

/// Small letters without accents, one kind of apostrophe and of space: files differ in these.
pub(super) fn folded(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.trim().to_lowercase().chars() {
        plain.push(match letter {
            'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' => 'i',
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
            'ú' | 'ù' | 'û' | 'ü' => 'u',
            'ç' => 'c',
            'ñ' => 'n',
            '\u{2019}' => '\'',
            '\u{a0}' | '\u{202f}' => ' ',
            // Accents of their own, as macOS writes them.
            '\u{300}'..='\u{36f}' => continue,
            other => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(header: &str) -> Mapping {
        let header: Vec<String> = header.split('|').map(str::to_owned).collect();
        Mapping::of(&header, &[])
    }

    #[test]
    fn every_language_is_recognized() {
        for header in [
            "Reporting starts|Reporting ends|Campaign name|Ad set name|Ad name|Ad ID|Impressions|Link clicks|Amount spent (EUR)",
            "Début des rapports|Fin des rapports|Nom de la campagne|Nom de l’ensemble de publicités|Nom de la publicité|ID de la publicité|Impressions|Clics sur un lien|Montant dépensé (EUR)",
            "Berichtsstart|Berichtsende|Kampagnenname|Anzeigengruppenname|Name der Anzeige|Anzeigen-ID|Impressionen|Link-Klicks|Ausgegebener Betrag (EUR)",
            "Inicio del informe|Fin del informe|Nombre de la campaña|Nombre del conjunto de anuncios|Nombre del anuncio|Identificador del anuncio|Impresiones|Clics en el enlace|Importe gastado (EUR)",
            "Início dos relatórios|Encerramento dos relatórios|Nome da campanha|Nome do conjunto de anúncios|Nome do anúncio|Identificação do anúncio|Impressões|Cliques no link|Valor usado (BRL)",
            "date_start|date_stop|campaign_name|adset_name|ad_name|ad_id|impressions|inline_link_clicks|spend",
        ] {
            let found: Vec<usize> = [
                Field::Starts,
                Field::Ends,
                Field::CampaignName,
                Field::AdsetName,
                Field::AdName,
                Field::AdId,
                Field::Impressions,
                Field::Clicks,
                Field::Spend,
            ]
            .iter()
            .filter_map(|field| mapping(header).columns.get(field).copied())
            .collect();
            assert_eq!(found, (0..9).collect::<Vec<_>>(), "{header}");
            assert_eq!(mapping(header).columns.len(), 9, "{header}");
        }
    }

    #[test]
    fn an_id_is_not_taken_for_another_and_costs_are_no_spend() {
        let found = mapping(
            "Kampagnen-ID|Anzeigengruppen-ID|Coste por resultado (EUR)|Cost per result (EUR)|Starts",
        );
        let fields: Vec<Field> = found.columns.into_keys().collect();
        assert_eq!(fields, [Field::AdsetId, Field::CampaignId]);
        let said = [(Field::AdId, "Kennung".to_owned())];
        let header = ["Tag", "kennung"].map(str::to_owned);
        assert_eq!(Mapping::of(&header, &said).columns[&Field::AdId], 1);
    }
}
