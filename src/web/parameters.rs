//! The parameters that questions of the API take, by the groups in which they come.

/// A parameter of a query string.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub name: &'static str,
    pub about: &'static str,
    pub kind: Kind,
    pub example: &'static str,
}

/// What its text is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Count,
    Number,
    Flag,
    Choice(&'static [&'static str]),
}

const fn text(name: &'static str, example: &'static str, about: &'static str) -> Parameter {
    Parameter { name, about, kind: Kind::Text, example }
}

const fn of(
    name: &'static str,
    kind: Kind,
    example: &'static str,
    about: &'static str,
) -> Parameter {
    Parameter { name, about, kind, example }
}

pub(super) const RANGE: &[Parameter] = &[
    text(
        "from",
        "2026-10-01",
        "First day (in the zone of the settings) or RFC 3339 instant, inclusive. Default: 30 days before the end",
    ),
    text(
        "to",
        "2026-11-01",
        "Day or instant behind the last, exclusive. Default: the end of today",
    ),
];
/// Of every question that can be asked of a workspace.
pub(super) const CHOSEN: &[Parameter] = &[text(
    "workspace",
    "",
    "Name of a workspace: only what is of it, by the days of its zone. Whoever is a member of one sees it without asking, and no other",
)];
const FORMATS: &[&str] = &["json", "csv", "xlsx", "parquet", "arrow"];
const DRAWN: &[&str] = &["json", "csv", "xlsx", "parquet", "arrow", "svg", "png"];
pub(super) const FORM: &[Parameter] = &[of(
    "format",
    Kind::Choice(FORMATS),
    "csv",
    "Form of the answer; else by the header Accept, else json",
)];
pub(super) const DRAWING: &[Parameter] = &[of(
    "format",
    Kind::Choice(DRAWN),
    "svg",
    "Form of the answer; else by the header Accept, else json",
)];
pub(super) const CSV: &[Parameter] = &[
    text(
        "locale",
        "fr",
        "CSV as numbers are written in a country (BCP 47): decimal comma, semicolons",
    ),
    of("bom", Kind::Flag, "true", "Whether CSV begins with a byte order mark, for Excel"),
];
pub(super) const JSON: &[Parameter] =
    &[of("format", Kind::Choice(&["json"]), "json", "Form of the answer: it has one")];
pub(super) const BY: &[Parameter] = &[text(
    "by",
    "source",
    "Dimensions of a breakdown, up to 8, joined by commas: source, page, channel, country, ref, ref.KEY, campaign, ad_set, ad, link, medium, owner, referer, placement, day, week, hour",
)];
pub(super) const FILTER: &[Parameter] = &[text(
    "filter",
    "source=ad",
    "Only what has these values of dimensions, up to 20, joined by semicolons: source=ad;campaign=Autumn; (none) is no value",
)];
pub(super) const TOP: &[Parameter] = &[of(
    "top",
    Kind::Count,
    "10",
    "Rows of a breakdown at most: the largest; all others are one row, (rest)",
)];
pub(super) const LIST: &[Parameter] = &[
    of(
        "limit",
        Kind::Count,
        "1000",
        "Rows at most, up to 100000. Default: 1000 as JSON, all otherwise",
    ),
    text("cursor", "", "Where the list goes on: next of the page before"),
    of(
        "offset",
        Kind::Count,
        "0",
        "Rows left out before the first; cursors are faster, and stable while rows come in",
    ),
];
pub(super) const LIMIT: &[Parameter] = &[of("limit", Kind::Count, "50", "Rows at most")];
pub(super) const OFFSET: &[Parameter] =
    &[of("offset", Kind::Count, "0", "Rows left out before the first")];
pub(super) const STATUS: &[Parameter] = &[of(
    "status",
    Kind::Choice(&["sent", "refused", "expired", "withheld", "again"]),
    "refused",
    "Only events of this status",
)];
pub(super) const STAGES: &[Parameter] = &[
    of(
        "reached",
        Kind::Choice(&["opened", "messaged", "answered", "engaged", "lead", "purchase"]),
        "lead",
        "Only conversations that have reached this stage of the funnel",
    ),
    of(
        "missed",
        Kind::Choice(&["messaged", "answered", "engaged", "lead", "purchase"]),
        "purchase",
        "Only conversations that have not reached this stage of the funnel",
    ),
];
pub(super) const REACHED: &[Parameter] =
    &[text("reached", "lead", "The step that all have reached; instead of a step")];
pub(super) const STEP: &[Parameter] = &[text("step", "lead", "A step of the funnel")];
pub(super) const OF: &[Parameter] = &[text("of", "opened", "The step of which a share is taken")];
pub(super) const AGAINST: &[Parameter] = &[
    text(
        "against_from",
        "2026-09-01",
        "Begin of the range that is compared; default: the one before, of the same length",
    ),
    text("against_to", "2026-10-01", "Its end, exclusive"),
    of(
        "compare",
        Kind::Choice(&["previous", "year"]),
        "year",
        "Instead of the two: the range before (previous), or the same weekdays 52 weeks before (year)",
    ),
    of(
        "age",
        Kind::Choice(&["same", "whole"]),
        "whole",
        "Whether conversations of both ranges count by what happened within the time that both have had (same), or by \
         all that happened so far (whole)",
    ),
];
pub(super) const CREDIT: &[Parameter] = &[
    of(
        "model",
        Kind::Choice(&[
            "first",
            "last",
            "last_non_organic",
            "linear",
            "position",
            "time_decay",
            "markov",
            "shapley",
        ]),
        "linear",
        "Attribution model",
    ),
    text("conversion", "purchase", "Only conversions of this name"),
    of(
        "lookback_days",
        Kind::Count,
        "28",
        "Days before a conversion in which touchpoints earn credit",
    ),
    of(
        "half_life_days",
        Kind::Number,
        "7",
        "For time_decay: days in which a touchpoint's weight halves",
    ),
    of("first_share", Kind::Number, "0.4", "For position: share of the first touchpoint, 0 to 1"),
    of("last_share", Kind::Number, "0.4", "For position: share of the last touchpoint, 0 to 1"),
    of(
        "order",
        Kind::Count,
        "1",
        "For markov: touchpoints that a state of the chain remembers, 1 to 4",
    ),
    of("intervals", Kind::Flag, "true", "Whether 95 % intervals are wanted"),
];
