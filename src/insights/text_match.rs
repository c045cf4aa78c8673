//! How a text is looked for: as people say it, and as a regular expression.

use super::invalid_parameter::InvalidParameter;

/// A text, and how it is to be found in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextMatch {
    how: How,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Anywhere, in capitals or not.
    Contains,
    Is,
    StartsWith,
    /// As a regular expression.
    Matches,
}

/// The ways there are, the usual first.
pub(crate) const WAYS: [&str; 4] = ["contains", "is", "starts", "matches"];

impl TextMatch {
    /// Of the way by its name.
    ///
    /// # Errors
    /// If there is no such way.
    pub(crate) fn new(way: &str, text: &str) -> Result<Self, InvalidParameter> {
        let how = match way {
            "contains" => How::Contains,
            "is" => How::Is,
            "starts" => How::StartsWith,
            "matches" => How::Matches,
            other => {
                let reason = format!("{other:?} is none of {}", WAYS.join(", "));
                return Err(InvalidParameter { parameter: "way", reason });
            }
        };
        Ok(Self { how, text: text.to_owned() })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The regular expression that finds it.
    pub(crate) fn pattern(&self) -> String {
        let escaped = regex::escape(&self.text);
        match self.how {
            How::Contains if self.text.is_empty() => String::new(),
            How::Contains => format!("(?i){escaped}"),
            How::Is => format!("^{escaped}$"),
            How::StartsWith => format!("^{escaped}"),
            How::Matches => self.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_finds_what_it_says() {
        let finds = |way: &str, text: &str, other: &str| {
            let pattern = TextMatch::new(way, text).unwrap().pattern();
            regex::Regex::new(&pattern).unwrap().is_match(other)
        };
        assert!(finds("contains", "price", "THE_PRICE_LIST"));
        assert!(finds("contains", "a.b", "xa.by") && !finds("contains", "a.b", "xacby"));
        assert!(finds("is", "PRICE", "PRICE") && !finds("is", "PRICE", "PRICES"));
        assert!(finds("starts", "PRICE", "PRICES") && !finds("starts", "PRICE", "A_PRICE"));
        assert!(finds("matches", "^P.*S$", "PRICES") && !finds("matches", "^P.*S$", "PRICE"));
        assert!(finds("contains", "", "anything"));
        assert!(TextMatch::new("ends", "x").is_err());
    }
}
