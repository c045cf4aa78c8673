//! How somebody wants the table: its order, what is looked for, its columns and its page. All of it stands in
//! the address.

use std::cmp::Ordering;

use polars_core::frame::DataFrame;

use crate::analysis::{AdsReport, AdsRow};

/// The steps that have a column.
pub(crate) const STEPS: [&str; 6] =
    ["opened", "messaged", "answered", "engaged", "lead", "purchase"];
/// The columns that may be left out.
const COLUMNS: [&str; 12] = [
    "trend",
    "spend",
    "impressions",
    "clicks",
    "ctr",
    "opened",
    "messaged",
    "answered",
    "engaged",
    "lead",
    "purchase",
    "roas",
];
/// Rows of a page: with all columns it stays well below 120 KB.
const AT_ONCE: usize = 40;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// A column, or `cost_per_` and a step.
    sort: String,
    is_descending: bool,
    pub search: String,
    /// Of [`COLUMNS`]; empty: all.
    columns: Vec<String>,
    /// Ids of rows whose parts are shown.
    open: Vec<String>,
    /// From 1.
    page: usize,
}

impl Choice {
    /// Reads the address. What is unknown in it does nothing: an old bookmark must not break.
    pub(crate) fn read(query: &str) -> Self {
        let mut choice = Self {
            sort: "spend".to_owned(),
            is_descending: true,
            search: String::new(),
            columns: Vec::new(),
            open: Vec::new(),
            page: 1,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "sort" if is_sortable(value.trim_start_matches('-')) => {
                    choice.is_descending = value.starts_with('-');
                    value.trim_start_matches('-').clone_into(&mut choice.sort);
                }
                "search" => value.trim().clone_into(&mut choice.search),
                "column" if COLUMNS.contains(&value.as_ref()) => {
                    choice.columns.push(value.into_owned());
                }
                "open" => choice.open.push(value.into_owned()),
                "page" => choice.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        choice
    }

    /// Every column, and whether it is shown.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&'static str, bool)> {
        COLUMNS.into_iter().map(|name| (name, self.shows(name)))
    }

    pub(crate) fn shows(&self, column: &str) -> bool {
        self.columns.is_empty() || self.columns.iter().any(|shown| shown == column)
    }

    /// `ascending` or `descending` for the column by which rows are sorted, as HTML says it.
    pub(crate) fn order_of(&self, column: &str) -> Option<&'static str> {
        let order = if self.is_descending { "descending" } else { "ascending" };
        (self.sort == column).then_some(order)
    }

    /// What has to stand in an address for the same table sorted by a column: the other way round if it is
    /// already, else names and costs up, everything else down.
    pub(crate) fn sorted_by(&self, column: &str) -> String {
        let goes_up = column == "name" || column.starts_with("cost_per_");
        let is_descending = if self.sort == column { !self.is_descending } else { !goes_up };
        Self { sort: column.to_owned(), is_descending, page: 1, ..self.clone() }.written()
    }

    /// What has to stand in an address for another page.
    pub(crate) fn on_page(&self, page: usize) -> String {
        Self { page, ..self.clone() }.written()
    }

    /// Whether a row's parts are shown.
    pub(crate) fn is_open(&self, id: &str) -> bool {
        self.open.iter().any(|open| open == id)
    }

    /// Whether any row's are.
    pub(crate) fn opens_some(&self) -> bool {
        !self.open.is_empty()
    }

    /// What has to stand in an address for the same table with a row's parts shown, or not any more.
    pub(crate) fn toggled(&self, id: &str) -> String {
        let mut other = self.clone();
        if self.is_open(id) {
            other.open.retain(|open| open != id);
        } else {
            other.open.push(id.to_owned());
        }
        other.written()
    }

    /// The rows whose parts are shown, as a form has to carry them along.
    pub(crate) fn open_fields(&self) -> &[String] {
        &self.open
    }

    /// `&name=value` for everything that is not usual.
    pub(crate) fn written(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(sort) = self.sort_field() {
            query.append_pair("sort", &sort);
        }
        if self.page > 1 {
            query.append_pair("page", &self.page.to_string());
        }
        for column in &self.columns {
            query.append_pair("column", column);
        }
        for id in &self.open {
            query.append_pair("open", id);
        }
        if !self.search.is_empty() {
            query.append_pair("search", &self.search);
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("&{query}") }
    }

    /// The order, as a form has to carry it along; none for the usual one.
    pub(crate) fn sort_field(&self) -> Option<String> {
        let sign = if self.is_descending { "-" } else { "" };
        let is_usual = self.sort == "spend" && self.is_descending;
        (!is_usual).then(|| format!("{sign}{}", self.sort))
    }

    /// The rows that are looked for, in order: those of the page, how many there are, and the pages.
    pub(crate) fn chosen<'a>(
        &self,
        report: &'a AdsReport,
        name: impl Fn(&AdsRow) -> String,
    ) -> Chosen<'a> {
        let rows = self.found(report, name);
        let count = rows.len();
        let pages = count.div_ceil(AT_ONCE).max(1);
        let page = self.page.min(pages);
        let rows = rows.into_iter().skip((page - 1) * AT_ONCE).take(AT_ONCE).collect();
        Chosen { rows, count, page, pages }
    }

    /// The columns of a file that are shown, with what rows are.
    pub(crate) fn narrowed(&self, file: DataFrame) -> DataFrame {
        const ALWAYS: [&str; 6] = ["id", "name", "campaign", "ad_set", "account_id", "currency"];
        if self.columns.is_empty() {
            return file;
        }
        let is_shown = |name: &str| {
            let of = name.strip_prefix("cost_per_").unwrap_or(name);
            let of = of.trim_end_matches("_low").trim_end_matches("_high");
            let of = if of == "click" { "clicks" } else { of };
            ALWAYS.contains(&name) || self.shows(of)
        };
        let names = file.get_column_names_owned();
        file.drop_many(names.into_iter().filter(|name| !is_shown(name)))
    }

    /// Those of all pages.
    pub(crate) fn found<'a>(
        &self,
        report: &'a AdsReport,
        name: impl Fn(&AdsRow) -> String,
    ) -> Vec<&'a AdsRow> {
        let name = &name;
        let wanted = self.search.to_lowercase();
        let is_wanted = |row: &&AdsRow| {
            let own = name(row);
            wanted.is_empty()
                || [&row.id, &own, &row.campaign, &row.ad_set]
                    .iter()
                    .any(|text| text.to_lowercase().contains(&wanted))
        };
        self.sorted(report.rows.iter().filter(is_wanted).collect(), name)
    }

    /// Rows in the table's order.
    pub(crate) fn sorted<'a>(
        &self,
        mut rows: Vec<&'a AdsRow>,
        name: impl Fn(&AdsRow) -> String,
    ) -> Vec<&'a AdsRow> {
        if self.sort == "name" {
            rows.sort_by_cached_key(|row| name(row).to_lowercase());
            if self.is_descending {
                rows.reverse();
            }
        } else {
            // Stable: the report's own order, the dearest first, decides among equals.
            rows.sort_by(|one, other| {
                self.compared(figure(one, &self.sort), figure(other, &self.sort))
            });
        }
        rows
    }

    /// What is unknown stands last, whichever way.
    fn compared(&self, one: Option<f64>, other: Option<f64>) -> Ordering {
        match (one, other) {
            (Some(one), Some(other)) if self.is_descending => other.total_cmp(&one),
            (Some(one), Some(other)) => one.total_cmp(&other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
}

/// The rows of a page.
pub(crate) struct Chosen<'a> {
    pub rows: Vec<&'a AdsRow>,
    /// Rows on all pages.
    pub count: usize,
    pub page: usize,
    pub pages: usize,
}

fn is_sortable(name: &str) -> bool {
    let cost_of = name.strip_prefix("cost_per_");
    name == "name"
        || name != "trend" && COLUMNS.contains(&name)
        || cost_of.is_some_and(|step| STEPS.contains(&step))
}

/// A row's figure in a column.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn figure(row: &AdsRow, column: &str) -> Option<f64> {
    let step = |name: &str| row.steps.iter().find(|step| step.name == name);
    if let Some(name) = column.strip_prefix("cost_per_") {
        return step(name)?.cost?.value;
    }
    match column {
        "spend" => row.spend,
        "impressions" => row.impressions.map(|count| count as f64),
        "clicks" => row.clicks.map(|count| count as f64),
        "ctr" => row.ctr.map(|ctr| ctr.rate),
        "roas" => row.roas.and_then(|roas| roas.value),
        name => step(name)?.count.map(|count| count as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_the_same_when_it_is_written_again() {
        for query in [
            "sort=-lead&column=spend&column=lead&search=caf%C3%A9+%26",
            "sort=cost_per_lead",
            "page=3",
            "",
        ] {
            let choice = Choice::read(query);
            assert_eq!(Choice::read(&choice.written()), choice, "{query}");
        }
        assert_eq!(Choice::read("sort=nothing&column=nothing&page=-1"), Choice::read(""));
        assert_eq!(Choice::read("sort=-spend").written(), "");
    }

    #[test]
    fn a_second_click_turns_the_order_round() {
        let first = Choice::read(&Choice::read("").sorted_by("lead"));
        assert_eq!(first.order_of("lead"), Some("descending"));
        let second = Choice::read(&first.sorted_by("lead"));
        assert_eq!(second.order_of("lead"), Some("ascending"));
        let cost = Choice::read(&second.sorted_by("cost_per_lead"));
        assert_eq!(cost.order_of("cost_per_lead"), Some("ascending"));
        assert_eq!(cost.order_of("lead"), None);
    }
}
