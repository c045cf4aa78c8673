//! The workspace that somebody of all workspaces has chosen in a page's address: every link, form and redirect of the page
//! keeps it, so that they stay in it while they walk.

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// The parameter.
pub(crate) const WORKSPACE: &str = "workspace";
/// What is of no workspace: links that leave it.
const OUTSIDE: [&str; 7] =
    ["/assets/", "/l/", "/language", "/login", "/logout", "/settings", "/workspaces"];

/// An answer whose links, forms and redirects stay in a workspace.
pub(crate) async fn kept(workspace: &str, answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let location = parts.headers.get(LOCATION).and_then(|at| at.to_str().ok());
    if let Some(at) = location.and_then(|at| within(workspace, at, "&"))
        && let Ok(at) = HeaderValue::from_str(&at)
    {
        parts.headers.insert(LOCATION, at);
    }
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("text/html")) {
        return Response::from_parts(parts, body);
    }
    // A page is in memory already.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let page = rewritten(workspace, &String::from_utf8_lossy(&bytes));
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page))
}

/// A page in which everything leads on within a workspace.
fn rewritten(workspace: &str, page: &str) -> String {
    let mut written = String::with_capacity(page.len() + page.len() / 16);
    let mut rest = page;
    while let Some(at) = rest.find(['"', '<']) {
        let (before, from) = rest.split_at(at);
        written.push_str(before);
        let is_address = from.starts_with('"')
            && [" href=", " action=", " formaction="].iter().any(|name| before.ends_with(name));
        if is_address && let Some((address, behind)) = from[1..].split_once('"') {
            let kept = within(workspace, address, "&amp;");
            written.push('"');
            written.push_str(kept.as_deref().unwrap_or(address));
            written.push('"');
            rest = behind;
        } else if from.starts_with("<form ")
            && let Some((tag, _)) = from.split_once('>').filter(|(tag, _)| keeps(tag))
        {
            // What such a form's address asks a browser leaves out.
            written.push_str(tag);
            written.push_str("><input type=\"hidden\" name=\"workspace\" value=\"");
            written.push_str(workspace);
            written.push_str("\">");
            rest = &from[tag.len() + 1..];
        } else {
            written.push_str(&from[..1]);
            rest = &from[1..];
        }
    }
    written.push_str(rest);
    written
}

/// Whether a form asks a page of the same workspace; one chooses another.
fn keeps(tag: &str) -> bool {
    !tag.contains("method=\"post\"") && !tag.contains("data-workspace")
}

/// An address of ours within a workspace; nothing if it is another's, or of no workspace, or of one already.
fn within(workspace: &str, address: &str, and: &str) -> Option<String> {
    let is_ours = address.starts_with('/') && !address.starts_with("//");
    let is_outside = OUTSIDE.iter().any(|outside| address.starts_with(outside));
    if !is_ours || is_outside || address.contains("workspace=") {
        return None;
    }
    // Pages write & as &#38;.
    let is_part = |(at, _): &(usize, &str)| !address[..*at].ends_with('&');
    let part = address.match_indices('#').find(is_part).map_or(address.len(), |(at, _)| at);
    let (asked, part) = address.split_at(part);
    let mark = if asked.contains('?') { and } else { "?" };
    Some(format!("{asked}{mark}{WORKSPACE}={workspace}{part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_forms_stay_in_the_workspace() {
        let page = r##"<a href="/ads?by=ad&amp;from=1#top">é "/ads"</a><a href="#main"><a href="//x/"><a
 href="/settings"><form class="a" method="get" action="/ads"><input name="by"></form><form method="post" action="/goals">
<a href="/?workspace=other"><link href="/assets/style.css"><a href="/a?b=1&#38;c=2"><a href="/a?b=1&#38;c=2#d">"##;
        let kept = r##"<a href="/ads?by=ad&amp;from=1&amp;workspace=acme#top">é "/ads"</a><a href="#main"><a href="//x/"><a
 href="/settings"><form class="a" method="get" action="/ads"><input type="hidden" name="workspace" value="acme"><input name="by"></form><form method="post" action="/goals?workspace=acme">
<a href="/?workspace=other"><link href="/assets/style.css"><a href="/a?b=1&#38;c=2&amp;workspace=acme"><a href="/a?b=1&#38;c=2&amp;workspace=acme#d">"##;
        assert_eq!(rewritten("acme", page), kept);
    }
}
