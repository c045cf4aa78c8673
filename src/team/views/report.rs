//! The report of a saved view: the form of a new report, filled in with the view's question.

use std::collections::BTreeMap;

use crate::language::{Message, say};
use crate::store::SavedView;

/// What of a view no report can ask: a place in a list.
const OF_LISTS: [&str; 4] = ["reached", "missed", "step", "of"];

/// The address of the form: every Monday at seven, of the week before, or of as many days as the view shows.
///
/// # Errors
/// Why reports cannot ask what the view shows.
pub(super) fn address(view: &SavedView) -> Result<String, Message> {
    let pairs = form_urlencoded::parse(view.query.as_bytes()).into_owned();
    let asked: BTreeMap<String, String> = pairs.collect();
    let unknown = || say("views-no-report");
    let (question, takes): (&str, &[&str]) = match view.path.as_str() {
        "/" | "/funnels" => ("funnel", &["by", "filter"]),
        "/ads" => ("ads", &["by"]),
        "/attribution" => ("attribution", &["by", "model", "conversion", "lookback_days"]),
        "/links" => ("links", &[]),
        "/conversations" => ("response-times", &[]),
        "/conversations/rows" => ("conversations", &["filter"]),
        "/attribution/touchpoints" => ("touchpoints", &["filter"]),
        "/cohorts" => ("cohorts", &[]),
        "/audience" => ("audience", &[]),
        _ => return Err(unknown()),
    };
    // A report that leaves something out would be another question.
    let is_lost = asked.keys().find(|name| {
        let is_list = question == "conversations" && OF_LISTS.contains(&name.as_str());
        is_list || name.as_str() == "filter" && !takes.contains(&"filter")
    });
    if let Some(name) = is_lost {
        return Err(say("views-no-report-of").with("what", name));
    }
    let letters = view.name.to_lowercase();
    let letters = letters.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '-' });
    let name: String = letters.take(60).collect();
    let name = name.trim_matches('-');
    let range = match view.days {
        0 | 7 => "last_week".to_owned(),
        days => format!("last_{days}_days"),
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("name", if name.is_empty() { "view" } else { name });
    query.append_pair("title", &view.name).append_pair("question", question);
    query.append_pair("range", &range).append_pair("every", "1").append_pair("at", "07:00");
    query.append_pair("formats", "csv");
    if let Some(funnel) = asked.get("name").filter(|_| question == "funnel") {
        query.append_pair("funnel", funnel);
    }
    let fields = asked.iter().filter(|(name, _)| takes.contains(&name.as_str()));
    for (name, value) in fields {
        query.append_pair(if name == "filter" { "filters" } else { name }, value);
    }
    Ok(format!("/reports/new?{}", query.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(path: &str, query: &str, days: u32) -> SavedView {
        let text = |text: &str| text.to_owned();
        SavedView {
            workspace: String::new(),
            id: text("1"),
            name: text("Été, by ad"),
            owner: text("ann"),
            is_shared: false,
            is_pinned: false,
            path: text(path),
            query: text(query),
            days,
            back: 0,
            made_by: text("ann"),
            made_at: 0,
        }
    }

    #[test]
    fn a_view_is_a_report_where_reports_know_its_question() {
        let told =
            address(&view("/funnels", "name=weekly&by=ad&filter=source%3Dad&compare=year", 28));
        assert_eq!(
            told.unwrap(),
            "/reports/new?name=t---by-ad&title=%C3%89t%C3%A9%2C+by+ad&question=funnel&range=last_28_days\
             &every=1&at=07%3A00&formats=csv&funnel=weekly&by=ad&filters=source%3Dad"
        );
        assert!(address(&view("/ads", "by=campaign", 7)).unwrap().contains("range=last_week"));
        for (path, query) in [
            ("/quality", ""),
            ("/funnels/build", "s1.kind=message"),
            ("/ads/120211", ""),
            ("/ads", "filter=campaign%3DAutumn"),
            ("/conversations/rows", "reached=lead"),
        ] {
            assert!(address(&view(path, query, 7)).is_err(), "{path}?{query}");
        }
    }
}
