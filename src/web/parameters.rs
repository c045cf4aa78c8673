//! Which parameters each question of the API takes: what a question does not take is refused, not passed
//! over, so that nobody believes in a filter that does nothing.

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::problem::Problem;
use crate::insights::sizes;

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

const RANGE: &[Parameter] = &[
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
const FORMATS: &[&str] = &["json", "csv", "xlsx", "parquet", "arrow"];
const DRAWN: &[&str] = &["json", "csv", "xlsx", "parquet", "arrow", "svg", "png"];
const FORM: &[Parameter] = &[of(
    "format",
    Kind::Choice(FORMATS),
    "csv",
    "Form of the answer; else by the header Accept, else json",
)];
const DRAWING: &[Parameter] = &[of(
    "format",
    Kind::Choice(DRAWN),
    "svg",
    "Form of the answer; else by the header Accept, else json",
)];
const CSV: &[Parameter] = &[
    text(
        "locale",
        "fr",
        "CSV as numbers are written in a country (BCP 47): decimal comma, semicolons",
    ),
    of("bom", Kind::Flag, "true", "Whether CSV begins with a byte order mark, for Excel"),
];
const JSON: &[Parameter] =
    &[of("format", Kind::Choice(&["json"]), "json", "Form of the answer: it has one")];
const BY: &[Parameter] = &[text(
    "by",
    "source",
    "Dimensions of a breakdown, up to 8, joined by commas: source, page, channel, ref, ref.KEY, campaign, ad_set, ad, link, medium, owner, referer, placement, day, week, hour",
)];
const FILTER: &[Parameter] = &[text(
    "filter",
    "source=ad",
    "Only what has these values of dimensions, up to 20, joined by semicolons: source=ad;campaign=Autumn; (none) is no value",
)];
const TOP: &[Parameter] = &[of(
    "top",
    Kind::Count,
    "10",
    "Rows of a breakdown at most: the largest; all others are one row, (rest)",
)];
const LIST: &[Parameter] = &[
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
const LIMIT: &[Parameter] = &[of("limit", Kind::Count, "50", "Rows at most")];
const OFFSET: &[Parameter] = &[of("offset", Kind::Count, "0", "Rows left out before the first")];
const STATUS: &[Parameter] = &[of(
    "status",
    Kind::Choice(&["sent", "refused", "expired", "withheld", "again"]),
    "refused",
    "Only events of this status",
)];
const STAGES: &[Parameter] = &[
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
const REACHED: &[Parameter] =
    &[text("reached", "lead", "The step that all have reached; instead of a step")];
const STEP: &[Parameter] = &[text("step", "lead", "A step of the funnel")];
const OF: &[Parameter] = &[text("of", "opened", "The step of which a share is taken")];
const AGAINST: &[Parameter] = &[
    text(
        "against_from",
        "2026-09-01",
        "Begin of the range that is compared; default: the one before, of the same length",
    ),
    text("against_to", "2026-10-01", "Its end, exclusive"),
    of(
        "age",
        Kind::Choice(&["same", "whole"]),
        "whole",
        "Whether conversations of both ranges count by what happened within the time that both have had (same), or by \
         all that happened so far (whole)",
    ),
];
const CREDIT: &[Parameter] = &[
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

/// A question: its path, the groups of its parameters, and whether its rows have other forms than JSON.
pub(crate) struct Taken {
    pub path: &'static str,
    groups: &'static [&'static [Parameter]],
}

impl Taken {
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        self.groups.iter().copied().flatten()
    }

    /// The values that `format` may have.
    pub(crate) fn formats(&self) -> &'static [&'static str] {
        let format = self.parameters().find(|one| one.name == "format");
        match format.map(|format| format.kind) {
            Some(Kind::Choice(formats)) => formats,
            _ => &["json"],
        }
    }
}

const fn taken(path: &'static str, groups: &'static [&'static [Parameter]]) -> Taken {
    Taken { path, groups }
}

/// Every question.
const ALL: &[Taken] = &[
    taken("/api/v1/funnels", &[JSON]),
    taken("/api/v1/funnels/preview", &[RANGE, BY, TOP, DRAWING, CSV]),
    taken("/api/v1/funnels/{name}", &[RANGE, BY, FILTER, TOP, DRAWING, CSV]),
    taken(
        "/api/v1/funnels/{name}/comparison",
        &[RANGE, AGAINST, BY, FILTER, TOP, STEP, OF, DRAWING, CSV],
    ),
    taken("/api/v1/funnels/{name}/drivers", &[RANGE, TOP, STEP, OF, FORM, CSV]),
    taken("/api/v1/funnels/{name}/flows", &[RANGE, BY, FILTER, TOP, DRAWING, CSV]),
    taken(
        "/api/v1/funnels/{name}/people",
        &[RANGE, FILTER, STEP, REACHED, LIMIT, OFFSET, FORM, CSV],
    ),
    taken("/api/v1/sequences", &[RANGE, LIMIT, FORM, CSV]),
    taken("/api/v1/cohorts", &[RANGE, FORM, CSV]),
    taken("/api/v1/conversations", &[RANGE, FILTER, STAGES, LIST, FORM, CSV]),
    taken("/api/v1/touchpoints", &[RANGE, FILTER, LIST, FORM, CSV]),
    taken("/api/v1/conversions", &[RANGE, LIST, FORM, CSV]),
    taken("/api/v1/feedback", &[RANGE, STATUS, LIST, FORM, CSV]),
    taken("/api/v1/people/{page}/{id}", &[JSON]),
    taken("/api/v1/people/{page}/{id}/export", &[JSON]),
    taken("/api/v1/erasures/{code}", &[JSON]),
    taken("/api/v1/reports", &[JSON]),
    taken("/api/v1/ads", &[RANGE, BY, DRAWING, CSV]),
    taken("/api/v1/links", &[RANGE, FORM, CSV]),
    taken("/api/v1/response-times", &[RANGE, FORM, CSV]),
    taken("/api/v1/audience", &[RANGE, DRAWING, CSV]),
    taken("/api/v1/quality", &[RANGE, FORM, CSV]),
    taken("/api/v1/reconciliation", &[RANGE, FORM, CSV]),
    taken("/api/v1/attribution", &[RANGE, BY, CREDIT, DRAWING, CSV]),
    taken("/api/v1/attribution/comparison", &[RANGE, BY, CREDIT, FORM, CSV]),
    taken("/api/v1/attribution/costs", &[RANGE, BY, CREDIT, FORM, CSV]),
    taken("/api/v1/attribution/journeys", &[RANGE, BY, CREDIT, JSON]),
];

/// The question of that path.
pub(crate) fn find(path: &str) -> Option<&'static Taken> {
    ALL.iter().find(|taken| taken.path == path)
}

/// Refuses what the question does not take.
pub(crate) async fn known(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    if let Some((name, reason)) = sizes::wrong(request.uri().query().unwrap_or_default()) {
        let problem = match name {
            Some(name) => Problem::in_parameter(name.into_owned(), reason),
            None => Problem::new(StatusCode::BAD_REQUEST, reason),
        };
        return problem.into_response();
    }
    let taken = path.as_ref().and_then(|path| find(path.as_str()));
    if let Some(taken) = taken {
        let asked = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
        let is_known =
            |name: &str| name == "token" || taken.parameters().any(|one| one.name == name);
        if let Some((name, _)) = asked.into_iter().find(|(name, _)| !is_known(name)) {
            let known: Vec<&str> = taken.parameters().map(|one| one.name).collect();
            let text = format!("{name:?} is not taken here; taken are {}", known.join(", "));
            return Problem::in_parameter(name.into_owned(), text).into_response();
        }
        if let Some((_, format)) = asked.into_iter().find(|(name, _)| name == "format")
            && taken.formats() == ["json"]
            && format != "json"
        {
            let text = format!("{format:?}: this is more than one table; ask for json");
            return Problem::in_parameter("format", text).into_response();
        }
    }
    next.run(request).await
}
