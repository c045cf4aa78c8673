//! What a page shows its days by: what they are compared with, and filters, as menus and chips above it.

use super::date_range::{Chip, Filters, Preset, Range};
use crate::analysis::Filter;
use crate::insights::query::Against;
use crate::language::say;
use crate::render::labels;

/// Dimensions that the menu of filters offers.
const OFFERED: [&str; 6] = ["source", "campaign", "ad", "page", "country", "channel"];

impl Range {
    /// The page's address with other parameters than its own.
    fn with(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.asked());
        query.extend_pairs(self.kept.iter().filter(|(known, _)| known != name));
        if !value.is_empty() {
            query.append_pair(name, value);
        }
        format!("{}?{}", self.page, query.finish())
    }

    /// With a menu of what the days are compared with.
    pub(crate) fn compared(mut self, against: &Against) -> Self {
        let choices = [
            ("compare-previous", "", matches!(against, Against::Previous)),
            ("compare-year", "year", matches!(against, Against::LastYear)),
            ("compare-none", "none", matches!(against, Against::Nothing)),
        ];
        let choice = |(id, value, is_current): (&'static str, &str, bool)| Preset {
            id,
            label: say(id),
            href: self.with("compare", value),
            is_current,
        };
        self.comparisons = choices.map(choice).into();
        self
    }

    /// With chips of its filters, and a menu to add one.
    pub(crate) fn filtered(mut self, filters: &[Filter]) -> Self {
        let chip = |filter: &Filter| {
            let others: Vec<Filter> =
                filters.iter().filter(|other| *other != filter).cloned().collect();
            Chip {
                label: labels::filter(filter),
                without: self.with("filter", &Filter::written(&others)),
            }
        };
        let offered = OFFERED.map(|name| (name, say(format!("by-{name}"))));
        let chips = filters.iter().map(chip).collect();
        self.filters = Some(Filters { chips, offered: offered.into() });
        self
    }

    /// What the days are compared with, as the menu calls it.
    pub(crate) fn comparison(&self) -> Option<&Preset> {
        self.comparisons.iter().find(|choice| choice.is_current)
    }

    /// The same as a part of another page's address.
    pub(crate) fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.hidden()).finish()
    }

    /// Days, comparison and filters, as hidden fields of a form of the page.
    pub(crate) fn hidden(&self) -> Vec<(&str, String)> {
        let days = self.asked().into_iter();
        let kept = self.kept.iter().filter(|(name, _)| matches!(&**name, "compare" | "filter"));
        days.chain(kept.map(|(name, value)| (name.as_str(), value.clone()))).collect()
    }
}
