//! Every route behind the guard, and all that is decided by it: which right it needs, whether somebody who is limited to
//! Pages may ask it, which parameters it takes, and whether a browser may store its page. What stands in no line needs an
//! admin, so that a route that is forgotten here is closed rather than open; a test walks through all of them.

use axum::http::Method;

use super::parameters::{
    AGAINST, BY, CREDIT, CSV, DRAWING, FILTER, FORM, JSON, Kind, LIMIT, LIST, OF, OFFSET,
    Parameter, RANGE, REACHED, STAGES, STATUS, STEP, TOP,
};
use crate::accounts::Scope::{self, Admin, Conversions, People, Read, Write};

/// A route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    method: &'static str,
    /// As it is routed.
    path: &'static str,
    scope: Scope,
    is_per_page: bool,
    is_of_people: bool,
    is_noted: bool,
    parameters: Option<&'static [&'static [Parameter]]>,
}

const fn route(method: &'static str, path: &'static str, scope: Scope) -> Route {
    Route {
        method,
        path,
        scope,
        is_per_page: false,
        is_of_people: false,
        is_noted: false,
        parameters: None,
    }
}

/// `GET` stands for `HEAD` too.
const fn get(path: &'static str, scope: Scope) -> Route {
    route("GET", path, scope)
}

const fn post(path: &'static str, scope: Scope) -> Route {
    route("POST", path, scope)
}

const fn put(path: &'static str, scope: Scope) -> Route {
    route("PUT", path, scope)
}

const fn delete(path: &'static str, scope: Scope) -> Route {
    route("DELETE", path, scope)
}

impl Route {
    /// Its figures can be those of some Pages; others tell of all, or change something for all.
    const fn per_page(self) -> Self {
        Self { is_per_page: true, ..self }
    }

    /// It is a page that tells of people: no browser writes it to its disk.
    const fn of_people(self) -> Self {
        Self { is_of_people: true, ..self }
    }

    /// It keeps something, and stands in the audit log, though whoever may look may do it.
    const fn noted(self) -> Self {
        Self { is_noted: true, ..self }
    }

    /// It is a question that takes these parameters and no others.
    const fn takes(self, parameters: &'static [&'static [Parameter]]) -> Self {
        Self { parameters: Some(parameters), ..self }
    }

    /// The right that it needs.
    pub(crate) fn scope(self) -> Scope {
        self.scope
    }

    pub(crate) fn is_noted(self) -> bool {
        self.is_noted
    }

    pub(crate) fn is_of_people(self) -> bool {
        self.is_of_people
    }

    /// Whether somebody who is limited to Pages may ask it.
    pub(crate) fn is_per_page(self) -> bool {
        self.is_per_page
    }

    /// Its parameters, if it is a question.
    pub(crate) fn parameters(self) -> Option<impl Iterator<Item = &'static Parameter>> {
        self.parameters.map(|groups| groups.iter().copied().flatten())
    }

    /// The values that `format` may have.
    pub(crate) fn formats(self) -> &'static [&'static str] {
        let format = self.parameters().and_then(|mut all| all.find(|one| one.name == "format"));
        match format.map(|format| format.kind) {
            Some(Kind::Choice(formats)) => formats,
            _ => &["json"],
        }
    }
}

const ROUTES: &[Route] = &[
    get("/", Read).per_page(),
    get("/live", Read).per_page(),
    get("/find", Read).per_page(),
    get("/suggest", Read).per_page(),
    get("/funnels", Read).per_page(),
    get("/funnels/build", Read).per_page(),
    get("/funnels/stored", Read).per_page(),
    post("/funnels/stored", Write),
    get("/funnels/stored/{name}", Read),
    post("/funnels/stored/{name}/archive", Write),
    post("/funnels/stored/{name}/restore", Write),
    get("/funnels/people", People).per_page().of_people(),
    get("/ads", Read).per_page(),
    get("/ads/{id}", Read).per_page(),
    get("/attribution", Read).per_page(),
    get("/links", Read).per_page(),
    get("/links/new", Write),
    get("/links/{slug}/edit", Write),
    post("/links", Write),
    post("/links/{slug}", Write),
    post("/links/{slug}/archive", Write),
    get("/conversations", Read).per_page().of_people(),
    get("/conversations/rows", People).per_page().of_people(),
    get("/attribution/touchpoints", People).per_page().of_people(),
    get("/cohorts", Read).per_page(),
    get("/people/{page}/{id}", People).per_page().of_people(),
    get("/audience", Read),
    get("/quality", Read),
    get("/reports", Read),
    get("/reports/new", Write),
    get("/reports/{name}", Read),
    post("/reports", Write),
    post("/reports/{name}/remove", Write),
    post("/reports/{name}/run", Write),
    get("/reference", Read).per_page(),
    get("/connect", Write),
    post("/connect", Write),
    post("/connect/{name}/revoke", Write),
    get("/settings", Admin),
    post("/settings/users", Admin),
    post("/settings/users/{name}/role", Admin),
    post("/settings/users/{name}/pages", Admin),
    post("/settings/users/{name}/reset", Admin),
    post("/settings/users/{name}/remove", Admin),
    post("/settings/tokens", Admin),
    post("/settings/tokens/{name}/revoke", Admin),
    // Each question that is asked through it needs its own right besides.
    post("/mcp", Read).per_page(),
    get("/api/v1/openapi.json", Read).per_page(),
    get("/api/v1/funnels", Read).per_page().takes(&[JSON]),
    post("/api/v1/funnels", Write),
    put("/api/v1/funnels/{name}", Write),
    delete("/api/v1/funnels/{name}", Write),
    get("/api/v1/funnels/{name}/history", Read).takes(&[JSON]),
    post("/api/v1/funnels/preview", Read).per_page().takes(&[RANGE, BY, TOP, DRAWING, CSV]),
    get("/api/v1/funnels/{name}", Read).per_page().takes(&[RANGE, BY, FILTER, TOP, DRAWING, CSV]),
    get("/api/v1/funnels/{name}/comparison", Read)
        .per_page()
        .takes(&[RANGE, AGAINST, BY, FILTER, TOP, STEP, OF, DRAWING, CSV]),
    get("/api/v1/funnels/{name}/drivers", Read)
        .per_page()
        .takes(&[RANGE, TOP, STEP, OF, FORM, CSV]),
    get("/api/v1/funnels/{name}/flows", Read)
        .per_page()
        .takes(&[RANGE, BY, FILTER, TOP, DRAWING, CSV]),
    get("/api/v1/funnels/{name}/people", People)
        .per_page()
        .takes(&[RANGE, FILTER, STEP, REACHED, LIMIT, OFFSET, FORM, CSV]),
    get("/api/v1/sequences", Read).per_page().takes(&[RANGE, LIMIT, FORM, CSV]),
    get("/api/v1/cohorts", Read).per_page().takes(&[RANGE, FORM, CSV]),
    get("/api/v1/conversations", People)
        .per_page()
        .takes(&[RANGE, FILTER, STAGES, LIST, FORM, CSV]),
    get("/api/v1/touchpoints", People).per_page().takes(&[RANGE, FILTER, LIST, FORM, CSV]),
    get("/api/v1/conversions", People).per_page().takes(&[RANGE, LIST, FORM, CSV]),
    post("/api/v1/conversions", Conversions),
    get("/api/v1/feedback", People).takes(&[RANGE, STATUS, LIST, FORM, CSV]),
    get("/api/v1/people/{page}/{id}", People).per_page().takes(&[JSON]),
    get("/api/v1/people/{page}/{id}/export", Admin).takes(&[JSON]),
    delete("/api/v1/people/{page}/{id}", Admin),
    get("/api/v1/erasures/{code}", Admin).takes(&[JSON]),
    get("/api/v1/reconciliation", Read).takes(&[RANGE, FORM, CSV]),
    get("/api/v1/ads", Read).per_page().takes(&[RANGE, BY, DRAWING, CSV]),
    get("/api/v1/links", Read).per_page().takes(&[RANGE, FORM, CSV]),
    get("/api/v1/message-costs", Read).takes(&[RANGE, FORM, CSV]),
    get("/api/v1/response-times", Read).per_page().takes(&[RANGE, FORM, CSV]),
    get("/api/v1/audience", Read).takes(&[RANGE, DRAWING, CSV]),
    get("/api/v1/quality", Read).takes(&[RANGE, FORM, CSV]),
    get("/api/v1/attribution", Read).per_page().takes(&[RANGE, BY, CREDIT, DRAWING, CSV]),
    get("/api/v1/attribution/comparison", Read).takes(&[RANGE, BY, CREDIT, FORM, CSV]),
    get("/api/v1/attribution/costs", Read).takes(&[RANGE, BY, CREDIT, FORM, CSV]),
    get("/api/v1/attribution/journeys", Read).per_page().takes(&[RANGE, BY, CREDIT, JSON]),
    get("/api/v1/annotations", Read).per_page().takes(&[RANGE, FORM, CSV]),
    post("/api/v1/annotations", Write),
    delete("/api/v1/annotations/{id}", Write),
    post("/annotations", Write),
    post("/annotations/{id}/remove", Write),
    get("/start", Read).per_page(),
    get("/views", Read).per_page(),
    post("/views", Read).per_page().noted(),
    post("/views/start", Read).per_page().noted(),
    post("/views/{id}", Read).per_page().noted(),
    post("/views/{id}/remove", Read).per_page().noted(),
    get("/api/v1/views", Read).per_page().takes(&[JSON]),
    post("/api/v1/views", Read).per_page().noted(),
    put("/api/v1/views/{id}", Read).per_page().noted(),
    delete("/api/v1/views/{id}", Read).per_page().noted(),
    put("/api/v1/start-page", Read).per_page().noted(),
    get("/goals", Read),
    post("/goals", Write),
    post("/goals/{name}/remove", Write),
    get("/api/v1/goals", Read).takes(&[JSON]),
    post("/api/v1/goals", Write),
    delete("/api/v1/goals/{name}", Write),
    get("/alerts", Read),
    post("/alerts/{id}/acknowledge", Write),
    post("/alerts/{id}/snooze", Write),
    post("/alerts/{id}/mute", Write),
    post("/alerts/rules", Write),
    post("/alerts/rules/{name}/remove", Write),
    get("/api/v1/alerts", Read).takes(&[JSON]),
    post("/api/v1/alerts/{id}/acknowledge", Write),
    post("/api/v1/alerts/{id}/snooze", Write),
    post("/api/v1/alerts/{id}/mute", Write),
    get("/api/v1/alert-rules", Read).takes(&[JSON]),
    post("/api/v1/alert-rules", Write),
    delete("/api/v1/alert-rules/{name}", Write),
    get("/api/v1/reports", Read).takes(&[JSON]),
    get("/api/v1/reports/{name}/runs", Read),
    post("/api/v1/reports/{name}/runs", Write),
    // A report may list people.
    get("/api/v1/reports/{name}/runs/{run}/{file}", People),
];

/// The route of a request; `path` as it is routed. Without one it takes an admin.
pub(crate) fn find(method: &Method, path: &str) -> Option<Route> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    ROUTES.iter().find(|route| route.method == method && route.path == path).copied()
}

/// The route of an address, as it is asked; the one that names most of it.
pub(crate) fn find_asked(method: &Method, path: &str) -> Option<Route> {
    find(method, path).or_else(|| {
        let parts = || path.split('/');
        let is_it =
            |route: &&Route| {
                route.method == method.as_str()
                    && route.path.split('/').count() == parts().count()
                    && route.path.split('/').zip(parts()).all(|(own, asked)| {
                        own == asked || own.starts_with('{') && !asked.is_empty()
                    })
            };
        ROUTES.iter().find(is_it).copied()
    })
}

/// Each route behind the guard with the right that it needs: method, path, name of the scope.
pub fn route_needs() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ROUTES.iter().map(|route| (route.method, route.path, route.scope.as_str()))
}
