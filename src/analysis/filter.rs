//! Filters: only what has a value of a dimension.

use std::sync::Arc;

use jiff::tz::TimeZone;
use polars_core::prelude::{BooleanChunked, DataFrame, NewChunkedArray, PolarsResult};

use super::dimension::value_of_ad;
use super::{AnalysisError, Dimension, NONE};
use crate::domain::{AdDay, RefRules};

/// What is to be left.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Of which dimension.
    pub dimension: Dimension,
    /// Its value; [`NONE`]: without one.
    pub value: String,
}

impl Filter {
    /// Reads `source=ad;campaign=Autumn sale`: all of them must hold. A backslash makes of the semicolon, backslash
    /// or blank behind it a part of the value.
    ///
    /// # Errors
    /// With what cannot be read.
    pub fn parse_list(text: &str, rules: &Arc<RefRules>) -> Result<Vec<Self>, String> {
        let letters = letters(text);
        let parts = letters.split(|letter| *letter == (';', false)).map(trimmed);
        parts
            .filter(|part| !part.is_empty())
            .map(|part| {
                let said: String = part.iter().map(|(letter, _)| letter).collect();
                let at = part.iter().position(|letter| *letter == ('=', false));
                let at = at.ok_or_else(|| format!("{said:?} is no filter such as source=ad"))?;
                let text = |letters: &[(char, bool)]| {
                    trimmed(letters).iter().map(|(letter, _)| letter).collect::<String>()
                };
                let (name, value) = (text(&part[..at]), text(&part[at + 1..]));
                Self::new(&name, &value, rules).map_err(|error| error.to_string())
            })
            .collect()
    }

    /// Filters as [`parse_list`](Self::parse_list) reads them.
    #[must_use]
    pub fn written(filters: &[Self]) -> String {
        let one = |filter: &Self| Self::one_written(&filter.dimension.name(), &filter.value);
        filters.iter().map(one).collect::<Vec<_>>().join(";")
    }

    /// The same of one filter that has not been made.
    #[must_use]
    pub fn one_written(dimension: &str, value: &str) -> String {
        let bare = value.trim();
        let start = value.find(bare).unwrap_or(0);
        let inside = start..start + bare.len();
        let mut written = format!("{dimension}=");
        for (at, letter) in value.char_indices() {
            if matches!(letter, ';' | '\\') || !inside.contains(&at) {
                written.push('\\');
            }
            written.push(letter);
        }
        written
    }

    /// Of the dimension of that name.
    ///
    /// # Errors
    /// If there is no such dimension.
    pub fn new(name: &str, value: &str, rules: &Arc<RefRules>) -> Result<Self, AnalysisError> {
        let unknown = || AnalysisError::UnknownDimension { asked: name.to_owned() };
        let dimension = Dimension::parse_list(name, rules)?.pop().ok_or_else(unknown)?;
        Ok(Self { dimension, value: value.to_owned() })
    }

    fn is_met(&self, value: Option<&str>) -> bool {
        value.unwrap_or(NONE) == self.value
    }
}

/// A text's letters, and whether a backslash stood before each, which is none of them.
fn letters(text: &str) -> Vec<(char, bool)> {
    let mut found = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_escaped = |next: &char| matches!(next, ';' | '\\') || next.is_whitespace();
        match letters.next_if(|next| letter == '\\' && is_escaped(next)) {
            Some(escaped) => found.push((escaped, true)),
            None => found.push((letter, false)),
        }
    }
    found
}

/// Without blanks around it.
fn trimmed(letters: &[(char, bool)]) -> &[(char, bool)] {
    let is_blank = |letter: &(char, bool)| letter.0.is_whitespace() && !letter.1;
    let start = letters.iter().take_while(|letter| is_blank(letter)).count();
    let end = letters[start..].iter().rev().take_while(|letter| is_blank(letter)).count();
    &letters[start..letters.len() - end]
}

/// The rows of a frame of conversations that meet all filters; `time` is the column of their instants.
pub(super) fn filtered(
    rows: &DataFrame,
    filters: &[Filter],
    time: &str,
    zone: &TimeZone,
) -> PolarsResult<DataFrame> {
    let mut left = rows.clone();
    for filter in filters {
        let values = filter.dimension.values(&left, time, zone)?;
        let is_met = values.str()?.iter().map(|value| filter.is_met(value));
        left = left.filter(&BooleanChunked::from_iter_values("is_met".into(), is_met))?;
    }
    Ok(left)
}

/// What ads cost on days that meet all filters; nothing where that cannot be said of ads.
pub(super) fn filtered_spend(spend: &[AdDay], filters: &[Filter]) -> Vec<AdDay> {
    let is_met = |day: &AdDay| {
        let mut met = true;
        for filter in filters {
            met &= filter.is_met(Some(&value_of_ad(&filter.dimension, day)?));
        }
        Some(met)
    };
    let kept: Option<Vec<bool>> = spend.iter().map(is_met).collect();
    let kept = kept.unwrap_or_default();
    spend.iter().zip(kept).filter(|(_, met)| *met).map(|(day, _)| day.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_by_dimension() {
        let rules = Arc::default();
        let read = Filter::parse_list("source=ad; campaign = Autumn=2 ", &rules).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[1].dimension.name().as_ref(), read[1].value.as_str()),
            ("campaign", "Autumn=2")
        );
        for value in [
            "a;b",
            r"C:\path",
            r"\;",
            r"end\",
            "plain",
            " led",
            "trailed \t",
            "  ",
            "",
            r"\ a",
            "a  b=c",
        ] {
            let ours = [Filter::new("ref", value, &rules).unwrap(), read[0].clone()];
            let again = Filter::parse_list(&Filter::written(&ours), &rules).unwrap();
            assert_eq!(again, ours, "{value}");
        }
        assert!(Filter::parse_list("", &rules).unwrap().is_empty());
        assert!(Filter::parse_list("source", &rules).unwrap_err().contains("is no filter"));
        assert!(Filter::parse_list("moon=full", &rules).unwrap_err().contains("moon"));
    }
}
