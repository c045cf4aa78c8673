//! The languages that there are, and numbers as each writes them (by Unicode's CLDR).

use std::sync::LazyLock;

use fixed_decimal::Decimal;
use fluent_bundle::FluentValue;
use fluent_langneg::{NegotiationStrategy, negotiate_languages, parse_accepted_languages};
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};
use icu_decimal::DecimalFormatter;
use icu_decimal::options::DecimalFormatterOptions;

static_loader! {
    pub(super) static MESSAGES = {
        locales: "./dashboards/messages",
        fallback_language: "en",
        // What comes from outside is marked as such in the page, by <bdi>.
        customise: |bundle| {
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(|value, _| of_message(value)));
        },
    };
}

tokio::task_local! {
    pub(super) static CURRENT: &'static Language;
}

static ENGLISH: LazyLock<Language> = LazyLock::new(|| Language::new(langid!("en")));

/// All others, in the order of their tags.
static OTHERS: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let others = MESSAGES.locales().filter(|id| **id != ENGLISH.id);
    let mut others: Vec<Language> = others.cloned().map(Language::new).collect();
    others.sort_by(|one, other| one.tag.cmp(&other.tag));
    others
});

/// One of the languages that there are messages in.
#[derive(Debug)]
pub struct Language {
    pub(super) id: LanguageIdentifier,
    /// Its BCP 47 tag, such as `fr`.
    tag: String,
    digits: Option<DecimalFormatter>,
}

impl Language {
    fn new(id: LanguageIdentifier) -> Self {
        let tag = id.to_string();
        let digits = tag.parse::<icu_locale_core::Locale>().ok().and_then(|locale| {
            DecimalFormatter::try_new(locale.into(), DecimalFormatterOptions::default()).ok()
        });
        Self { id, tag, digits }
    }

    /// All there are, English first.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        std::iter::once(Self::english()).chain(OTHERS.iter())
    }

    /// The language with a tag.
    #[must_use]
    pub fn tagged(tag: &str) -> Option<&'static Self> {
        Self::all().find(|language| language.tag == tag)
    }

    /// English, in which there is everything.
    #[must_use]
    pub fn english() -> &'static Self {
        &ENGLISH
    }

    /// The best for somebody who wants these, as `Accept-Language` (RFC 9110, section 12.5.4) says it: the first
    /// of the list that there is.
    #[must_use]
    pub fn wanted(accepted: &str) -> &'static Self {
        let accepted = parse_accepted_languages(accepted);
        let known: Vec<&LanguageIdentifier> = Self::all().map(|language| &language.id).collect();
        let best = negotiate_languages(&accepted, &known, None, NegotiationStrategy::Lookup);
        let best = best.first().and_then(|id| Self::tagged(&id.to_string()));
        best.unwrap_or_else(Self::english)
    }

    /// That of the task that asks.
    #[must_use]
    pub fn current() -> &'static Self {
        CURRENT.try_with(|language| *language).unwrap_or_else(|_| Self::english())
    }

    /// Its BCP 47 tag.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Whether it is that of the task that asks.
    #[must_use]
    pub fn is_current(&self) -> bool {
        std::ptr::eq(self, Self::current())
    }

    /// Does something whose texts are to be in this language.
    pub async fn within<T>(&'static self, what: impl Future<Output = T>) -> T {
        CURRENT.scope(self, what).await
    }
}

/// `12,345` in English, `12 345` in French.
#[must_use]
pub fn count(number: u64) -> String {
    written(Decimal::from(number))
}

/// With a fixed number of places behind the mark: `1,234.50`.
#[must_use]
pub fn decimal(number: f64, places: usize) -> String {
    let digits = format!("{number:.places$}");
    // "inf" and "NaN" are no decimals in any language.
    digits.parse().map_or(digits, written)
}

/// How a number inside of a message is written; anything else is not for us.
fn of_message(value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) => {
            Some(decimal(number.value, number.options.minimum_fraction_digits.unwrap_or(0)))
        }
        _ => None,
    }
}

fn written(number: Decimal) -> String {
    match &Language::current().digits {
        Some(digits) => digits.format(&number).to_string(),
        None => number.to_string(),
    }
}
