//! Which columns break an ad's day down, by their names and by what stands in them.

use super::columns::folded;
use super::{Field, Mapping};
use crate::domain::{AmountFault, read_amount};
use crate::sheet::{Cell, Sheet};

/// Names of breakdowns in Ads Manager and the Marketing API: what stands there tells parts of a day from one another for
/// sure. English and the API, French, German, Spanish, Portuguese, Italian.
const BREAKDOWNS: [&str; 65] = [
    "age",
    "gender",
    "country",
    "region",
    "dma region",
    "dma",
    "impression device",
    "impression_device",
    "device platform",
    "device_platform",
    "conversion device",
    "time of day (ad account time zone)",
    "time of day (viewer's time zone)",
    "hour",
    "hour of day",
    "hourly_stats_aggregated_by_advertiser_time_zone",
    "hourly_stats_aggregated_by_audience_time_zone",
    "frequency value",
    "frequency_value",
    "media type",
    "landing destination",
    "business location",
    "product",
    "tranche d'age",
    "sexe",
    "genre",
    "pays",
    "appareil d'impression",
    "plateforme de l'appareil",
    "heure",
    "produit",
    "alter",
    "geschlecht",
    "land",
    "bundesland",
    "gerateplattform",
    "impressionsgerat",
    "uhrzeit",
    "stunde",
    "produkt",
    "edad",
    "sexo",
    "genero",
    "pais",
    "dispositivo de impresion",
    "plataforma del dispositivo",
    "hora",
    "hora del dia",
    "producto",
    "idade",
    "faixa etaria",
    "regiao",
    "dispositivo de impressao",
    "plataforma do dispositivo",
    "hora do dia",
    "produto",
    "eta",
    "fascia d'eta",
    "sesso",
    "paese",
    "regione",
    "ora",
    "prodotto",
    "platform",
    "placement",
];

/// Beginnings of names of what a row says beside its figures: another text there does not make another part of the day.
const ATTRIBUTES: [&str; 46] = [
    "ad delivery",
    "delivery",
    "ad set delivery",
    "campaign delivery",
    "result type",
    "results type",
    "result indicator",
    "result_indicator",
    "attribution setting",
    "attribution_setting",
    "objective",
    "optimization_goal",
    "buying_type",
    "buying type",
    "quality ranking",
    "quality_ranking",
    "engagement rate ranking",
    "engagement_rate_ranking",
    "conversion rate ranking",
    "conversion_rate_ranking",
    "account name",
    "account_name",
    "created_time",
    "updated_time",
    "last significant edit",
    "bid strategy",
    "diffusion",
    "type de resultat",
    "indicateur de resultat",
    "parametre d'attribution",
    "objectif",
    "classement",
    "auslieferung",
    "anzeigenauslieferung",
    "ergebnistyp",
    "ergebnisindikator",
    "attributionseinstellung",
    "ziel",
    "entrega",
    "tipo de resultado",
    "indicador de resultado",
    "configuracion de atribucion",
    "objetivo",
    "veiculacao",
    "configuracao de atribuicao",
    "clasificacion",
];

/// Columns of a file that may break a day down.
pub(super) struct Breakdowns {
    /// Those that do for sure, by their names.
    pub named: Vec<usize>,
    /// Texts of which nobody knows.
    pub unknown: Vec<usize>,
}

impl Breakdowns {
    pub(super) fn of(mapping: &Mapping, sheet: &Sheet) -> Self {
        let mut found = Self { named: Vec::new(), unknown: Vec::new() };
        for (place, header) in sheet.header.iter().enumerate() {
            let header = folded(header);
            let field = mapping.columns.iter().find(|(_, known)| **known == place);
            let is_place = |field: &Field| matches!(field, Field::Platform | Field::Position);
            if field.is_some_and(|(field, _)| !is_place(field)) {
                continue;
            }
            if field.is_some() || is_named(&header) {
                found.named.push(place);
            } else if !ATTRIBUTES.iter().any(|name| header.starts_with(name))
                && !holds_figures(sheet, place)
            {
                found.unknown.push(place);
            }
        }
        found
    }
}

/// Numbers that break a day down are ids, such as a product's: other numbers are figures.
fn is_named(header: &str) -> bool {
    let mut words = header.split(|letter: char| !letter.is_alphanumeric());
    BREAKDOWNS.contains(&header) || words.any(|word| word == "id" || word == "identificador")
}

/// Whether a column has numbers, shares, lengths of time, or lists of the Marketing API.
fn holds_figures(sheet: &Sheet, place: usize) -> bool {
    let is_figure = |cell: &Cell| {
        let text = cell.text().trim_end_matches('%');
        let is_time = text.len() > 3
            && text.contains(':')
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
        text.starts_with(['[', '{'])
            || is_time
            || matches!(read_amount(text, None), Ok(_) | Err(AmountFault::Open { .. }))
    };
    sheet.rows.iter().filter_map(|(_, cells)| cells.get(place)).any(is_figure)
}
