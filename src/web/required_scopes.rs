//! Which right each route needs. What stands in no line needs an admin, so that a route that is forgotten here is
//! closed rather than open; a test walks through all of them.

use axum::http::Method;

use crate::accounts::Scope::{self, Admin, Conversions, People, Read, Write};

/// Method, path as it is routed, and the right. `GET` stands for `HEAD` too.
pub(crate) const NEEDS: &[(&str, &str, Scope)] = &[
    ("GET", "/", Read),
    ("GET", "/live", Read),
    ("GET", "/funnels", Read),
    ("GET", "/funnels/build", Read),
    ("GET", "/funnels/people", People),
    ("GET", "/ads", Read),
    ("GET", "/attribution", Read),
    ("GET", "/links", Read),
    ("GET", "/links/new", Write),
    ("GET", "/links/{slug}/edit", Write),
    ("POST", "/links", Write),
    ("POST", "/links/{slug}", Write),
    ("POST", "/links/{slug}/archive", Write),
    ("GET", "/conversations", Read),
    ("GET", "/conversations/rows", People),
    ("GET", "/attribution/touchpoints", People),
    ("GET", "/cohorts", Read),
    ("GET", "/people/{page}/{id}", People),
    ("GET", "/audience", Read),
    ("GET", "/quality", Read),
    ("GET", "/reports", Read),
    ("GET", "/reports/new", Write),
    ("GET", "/reports/{name}", Read),
    ("POST", "/reports", Write),
    ("POST", "/reports/{name}/remove", Write),
    ("POST", "/reports/{name}/run", Write),
    ("GET", "/reference", Read),
    ("GET", "/settings", Admin),
    ("POST", "/settings/users", Admin),
    ("POST", "/settings/users/{name}/role", Admin),
    ("POST", "/settings/users/{name}/pages", Admin),
    ("POST", "/settings/users/{name}/reset", Admin),
    ("POST", "/settings/users/{name}/remove", Admin),
    ("POST", "/settings/tokens", Admin),
    ("POST", "/settings/tokens/{name}/revoke", Admin),
    ("GET", "/api/v1/openapi.json", Read),
    ("GET", "/api/v1/funnels", Read),
    ("POST", "/api/v1/funnels/preview", Read),
    ("GET", "/api/v1/funnels/{name}", Read),
    ("GET", "/api/v1/funnels/{name}/comparison", Read),
    ("GET", "/api/v1/funnels/{name}/drivers", Read),
    ("GET", "/api/v1/funnels/{name}/flows", Read),
    ("GET", "/api/v1/funnels/{name}/people", People),
    ("GET", "/api/v1/sequences", Read),
    ("GET", "/api/v1/cohorts", Read),
    ("GET", "/api/v1/conversations", People),
    ("GET", "/api/v1/touchpoints", People),
    ("GET", "/api/v1/conversions", People),
    ("POST", "/api/v1/conversions", Conversions),
    ("GET", "/api/v1/feedback", People),
    ("GET", "/api/v1/people/{page}/{id}", People),
    ("GET", "/api/v1/people/{page}/{id}/export", Admin),
    ("DELETE", "/api/v1/people/{page}/{id}", Admin),
    ("GET", "/api/v1/erasures/{code}", Admin),
    ("GET", "/api/v1/reconciliation", Read),
    ("GET", "/api/v1/ads", Read),
    ("GET", "/api/v1/links", Read),
    ("GET", "/api/v1/response-times", Read),
    ("GET", "/api/v1/audience", Read),
    ("GET", "/api/v1/quality", Read),
    ("GET", "/api/v1/attribution", Read),
    ("GET", "/api/v1/attribution/comparison", Read),
    ("GET", "/api/v1/attribution/costs", Read),
    ("GET", "/api/v1/attribution/journeys", Read),
    ("GET", "/api/v1/reports", Read),
    ("GET", "/api/v1/reports/{name}/runs", Read),
    ("POST", "/api/v1/reports/{name}/runs", Write),
    // A report may list people.
    ("GET", "/api/v1/reports/{name}/runs/{run}/{file}", People),
];

/// The right that a request needs; `path` as it is routed.
pub(crate) fn needed(method: &Method, path: &str) -> Scope {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    let line = NEEDS.iter().find(|(one, at, _)| *one == method && *at == path);
    line.map_or(Admin, |(.., scope)| *scope)
}

/// Each route behind the guard with the right that it needs: method, path, name of the scope.
pub fn route_needs() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    NEEDS.iter().map(|(method, path, scope)| (*method, *path, scope.as_str()))
}
