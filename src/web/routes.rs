//! Every route behind the guard, and all that is decided by it: which right it needs, whether a member of a workspace may
//! ask it, which parameters it takes, and whether a browser may store its page. What stands in no line needs an
//! admin, so that a route that is forgotten here is closed rather than open; a test walks through all of them.

use axum::http::Method;

use super::parameters::{
    AGAINST, BY, CHOSEN, CREDIT, CSV, DRAWING, FILTER, FORM, JSON, Kind, LIMIT, LIST, OF, OFFSET,
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
    is_in_workspace: bool,
    is_of_people: bool,
    is_noted: bool,
    parameters: Option<&'static [&'static [Parameter]]>,
}

const fn route(method: &'static str, path: &'static str, scope: Scope) -> Route {
    Route {
        method,
        path,
        scope,
        is_in_workspace: false,
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
    /// It tells of a workspace alone, and changes nothing beyond it; others tell of all, or change something for all.
    const fn in_workspace(self) -> Self {
        Self { is_in_workspace: true, ..self }
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

    /// Whether a member of a workspace may ask it.
    pub(crate) fn is_in_workspace(self) -> bool {
        self.is_in_workspace
    }

    /// Its parameters, if it is a question.
    pub(crate) fn parameters(self) -> Option<impl Iterator<Item = &'static Parameter>> {
        let chosen: &[Parameter] = if self.is_in_workspace { CHOSEN } else { &[] };
        self.parameters.map(|groups| groups.iter().copied().flatten().chain(chosen))
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
    get("/", Read).in_workspace(),
    get("/live", Read).in_workspace(),
    get("/find", Read).in_workspace(),
    get("/suggest", Read).in_workspace(),
    get("/funnels", Read).in_workspace(),
    get("/funnels/build", Read).in_workspace(),
    get("/funnels/stored", Read).in_workspace(),
    post("/funnels/stored", Write).in_workspace(),
    get("/funnels/stored/{name}", Read).in_workspace(),
    post("/funnels/stored/{name}/archive", Write).in_workspace(),
    post("/funnels/stored/{name}/restore", Write).in_workspace(),
    get("/funnels/people", People).in_workspace().of_people(),
    get("/ads", Read).in_workspace(),
    get("/ads/{id}", Read).in_workspace(),
    get("/attribution", Read).in_workspace(),
    get("/links", Read).in_workspace(),
    get("/links/new", Write).in_workspace(),
    get("/links/{slug}/edit", Write).in_workspace(),
    post("/links", Write).in_workspace(),
    post("/links/{slug}", Write).in_workspace(),
    post("/links/{slug}/archive", Write).in_workspace(),
    get("/conversations", Read).in_workspace().of_people(),
    get("/conversations/rows", People).in_workspace().of_people(),
    get("/attribution/touchpoints", People).in_workspace().of_people(),
    get("/cohorts", Read).in_workspace(),
    get("/people/{page}/{id}", People).in_workspace().of_people(),
    get("/audience", Read).in_workspace(),
    get("/quality", Read).in_workspace(),
    get("/reports", Read).in_workspace(),
    get("/reports/new", Write).in_workspace(),
    get("/reports/{name}", Read).in_workspace(),
    post("/reports", Write).in_workspace(),
    post("/reports/{name}/remove", Write).in_workspace(),
    post("/reports/{name}/run", Write).in_workspace(),
    get("/workspaces", Read),
    get("/reference", Read).in_workspace(),
    get("/connect", Write).in_workspace(),
    post("/connect", Write).in_workspace(),
    post("/connect/{name}/revoke", Write).in_workspace(),
    get("/settings", Admin),
    post("/settings/users", Admin),
    post("/settings/users/{name}/role", Admin),
    post("/settings/users/{name}/workspace", Admin),
    post("/settings/users/{name}/reset", Admin),
    post("/settings/users/{name}/remove", Admin),
    post("/settings/workspaces", Admin),
    post("/settings/workspaces/{name}", Admin),
    post("/settings/workspaces/{name}/remove", Admin),
    post("/settings/tokens", Admin),
    post("/settings/tokens/{name}/revoke", Admin),
    // Each question that is asked through it needs its own right besides.
    post("/mcp", Read).in_workspace(),
    get("/api/v1/openapi.json", Read).in_workspace(),
    get("/api/v1/funnels", Read).in_workspace().takes(&[JSON]),
    post("/api/v1/funnels", Write).in_workspace(),
    put("/api/v1/funnels/{name}", Write).in_workspace(),
    delete("/api/v1/funnels/{name}", Write).in_workspace(),
    get("/api/v1/funnels/{name}/history", Read).in_workspace().takes(&[JSON]),
    post("/api/v1/funnels/preview", Read).in_workspace().takes(&[RANGE, BY, TOP, DRAWING, CSV]),
    get("/api/v1/funnels/{name}", Read)
        .in_workspace()
        .takes(&[RANGE, BY, FILTER, TOP, DRAWING, CSV]),
    get("/api/v1/funnels/{name}/comparison", Read)
        .in_workspace()
        .takes(&[RANGE, AGAINST, BY, FILTER, TOP, STEP, OF, DRAWING, CSV]),
    get("/api/v1/funnels/{name}/drivers", Read)
        .in_workspace()
        .takes(&[RANGE, TOP, STEP, OF, FORM, CSV]),
    get("/api/v1/funnels/{name}/flows", Read)
        .in_workspace()
        .takes(&[RANGE, BY, FILTER, TOP, DRAWING, CSV]),
    get("/api/v1/funnels/{name}/people", People)
        .in_workspace()
        .takes(&[RANGE, FILTER, STEP, REACHED, LIMIT, OFFSET, FORM, CSV]),
    get("/api/v1/sequences", Read).in_workspace().takes(&[RANGE, LIMIT, FORM, CSV]),
    get("/api/v1/cohorts", Read).in_workspace().takes(&[RANGE, FORM, CSV]),
    get("/api/v1/conversations", People)
        .in_workspace()
        .takes(&[RANGE, FILTER, STAGES, LIST, FORM, CSV]),
    get("/api/v1/touchpoints", People).in_workspace().takes(&[RANGE, FILTER, LIST, FORM, CSV]),
    get("/api/v1/conversions", People).in_workspace().takes(&[RANGE, LIST, FORM, CSV]),
    post("/api/v1/conversions", Conversions),
    get("/api/v1/feedback", People).in_workspace().takes(&[RANGE, STATUS, LIST, FORM, CSV]),
    get("/api/v1/people/{page}/{id}", People).in_workspace().takes(&[JSON]),
    get("/api/v1/people/{page}/{id}/export", Admin).takes(&[JSON]),
    delete("/api/v1/people/{page}/{id}", Admin),
    get("/api/v1/erasures/{code}", Admin).takes(&[JSON]),
    get("/api/v1/reconciliation", Read).in_workspace().takes(&[RANGE, FORM, CSV]),
    get("/api/v1/ads", Read).in_workspace().takes(&[RANGE, BY, DRAWING, CSV]),
    get("/api/v1/links", Read).in_workspace().takes(&[RANGE, FORM, CSV]),
    get("/api/v1/message-costs", Read).in_workspace().takes(&[RANGE, FORM, CSV]),
    get("/api/v1/response-times", Read).in_workspace().takes(&[RANGE, FORM, CSV]),
    get("/api/v1/audience", Read).in_workspace().takes(&[RANGE, DRAWING, CSV]),
    get("/api/v1/quality", Read).in_workspace().takes(&[RANGE, FORM, CSV]),
    get("/api/v1/attribution", Read).in_workspace().takes(&[RANGE, BY, CREDIT, DRAWING, CSV]),
    get("/api/v1/attribution/comparison", Read)
        .in_workspace()
        .takes(&[RANGE, BY, CREDIT, FORM, CSV]),
    get("/api/v1/attribution/costs", Read).in_workspace().takes(&[RANGE, BY, CREDIT, FORM, CSV]),
    get("/api/v1/attribution/journeys", Read).in_workspace().takes(&[RANGE, BY, CREDIT, JSON]),
    get("/api/v1/annotations", Read).in_workspace().takes(&[RANGE, FORM, CSV]),
    post("/api/v1/annotations", Write).in_workspace(),
    delete("/api/v1/annotations/{id}", Write).in_workspace(),
    post("/annotations", Write).in_workspace(),
    post("/annotations/{id}/remove", Write).in_workspace(),
    get("/start", Read).in_workspace(),
    get("/views", Read).in_workspace(),
    post("/views", Read).in_workspace().noted(),
    post("/views/start", Read).in_workspace().noted(),
    post("/views/{id}", Read).in_workspace().noted(),
    post("/views/{id}/remove", Read).in_workspace().noted(),
    get("/api/v1/views", Read).in_workspace().takes(&[JSON]),
    post("/api/v1/views", Read).in_workspace().noted(),
    put("/api/v1/views/{id}", Read).in_workspace().noted(),
    delete("/api/v1/views/{id}", Read).in_workspace().noted(),
    put("/api/v1/start-page", Read).in_workspace().noted(),
    get("/goals", Read).in_workspace(),
    post("/goals", Write).in_workspace(),
    post("/goals/{name}/remove", Write).in_workspace(),
    get("/api/v1/goals", Read).in_workspace().takes(&[JSON]),
    post("/api/v1/goals", Write).in_workspace(),
    delete("/api/v1/goals/{name}", Write).in_workspace(),
    get("/alerts", Read).in_workspace(),
    post("/alerts/{id}/acknowledge", Write).in_workspace(),
    post("/alerts/{id}/snooze", Write).in_workspace(),
    post("/alerts/{id}/mute", Write).in_workspace(),
    post("/alerts/rules", Write).in_workspace(),
    post("/alerts/rules/{name}/remove", Write).in_workspace(),
    get("/api/v1/alerts", Read).in_workspace().takes(&[JSON]),
    post("/api/v1/alerts/{id}/acknowledge", Write).in_workspace(),
    post("/api/v1/alerts/{id}/snooze", Write).in_workspace(),
    post("/api/v1/alerts/{id}/mute", Write).in_workspace(),
    get("/api/v1/alert-rules", Read).in_workspace().takes(&[JSON]),
    post("/api/v1/alert-rules", Write).in_workspace(),
    delete("/api/v1/alert-rules/{name}", Write).in_workspace(),
    get("/api/v1/workspaces", Read).takes(&[RANGE, JSON]),
    post("/api/v1/workspaces", Admin),
    put("/api/v1/workspaces/{name}", Admin),
    delete("/api/v1/workspaces/{name}", Admin),
    get("/api/v1/reports", Read).in_workspace().takes(&[JSON]),
    get("/api/v1/reports/{name}/runs", Read).in_workspace(),
    post("/api/v1/reports/{name}/runs", Write).in_workspace(),
    // A report may list people.
    get("/api/v1/reports/{name}/runs/{run}/{file}", People).in_workspace(),
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
