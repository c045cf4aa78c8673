//! The page of one ad: what it brought from the impression to the purchase, day by day, and what each attribution model
//! gives it.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;

use super::link::address;
use super::row::name;
use crate::accounts::{Scope, Who};
use crate::analysis::{AdsRow, Compared, Comparison, DEFAULT_FUNNEL, Dimension, Filter, Funnels};
use crate::domain::Timestamp;
use crate::insights::ads::answer_ads;
use crate::insights::annotations::answer_annotations;
use crate::insights::attribution::answer_comparison;
use crate::insights::error::AnswerError;
use crate::insights::funnel::answer_funnel;
use crate::insights::query::Question;
use crate::language::{Message, decimal, filters, say};
use crate::render::expected::ExpectedFigure;
use crate::render::labels;
use crate::render::numbers::{amount, between, credit, dash, money, thousands};
use crate::web::dashboard::annotations::Annotations;
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::day_trend::{Trend, days_in};
use crate::web::dashboard::drilldown::DrilldownLinks;
use crate::web::dashboard::funnel_columns::{Column, ad_columns};
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;
use crate::web::state::Views;

#[derive(Template)]
#[template(path = "ad.html", config = "dashboards/askama.toml")]
pub(crate) struct AdPage {
    page: &'static str,
    range: Range,
    id: String,
    title: String,
    /// Account, campaign and ad set, each with its name.
    about: Vec<(Message, String)>,
    /// The ad in Meta's Ads Manager; empty if its account is unknown.
    manager: String,
    tiles: Vec<(Message, String, Vec<String>)>,
    /// In each currency that it is paid in.
    steps: Vec<Vec<Column>>,
    trend: Trend,
    annotations: Annotations,
    models: Vec<[String; 3]>,
    /// Address of its conversations; empty for a reader who may not see people.
    rows: String,
}

/// `GET /ads/{id}`.
pub(crate) async fn ad(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    uri: Uri,
    asking: Asks,
) -> Response {
    show(&views, asking, async |views, question, now| {
        Box::pin(page(views, id, question, now, (&who, &uri))).await
    })
    .await
}

async fn page(
    views: &Views,
    id: String,
    question: Question,
    now: Timestamp,
    (who, uri): (&Who, &Uri),
) -> Result<AdPage, AnswerError> {
    let store = &views.store;
    let by_ad = Question { by: vec![Dimension::Ad], filters: Vec::new(), ..question.clone() };
    let filter = Filter { dimension: Dimension::Ad, value: id.clone() };
    let by_day = Question { by: vec![Dimension::Day], filters: vec![filter], ..question.clone() };
    let titles = async {
        let found = store.ad_titles(&question.period).await?;
        Ok(crate::analysis::ad_titles(&found, "titled_at")?)
    };
    let own = Funnels::new();
    let (report, days, comparison, titles, annotations) = tokio::try_join!(
        Box::pin(answer_ads(store, &by_ad)),
        answer_funnel(store, &own, DEFAULT_FUNNEL, &by_day),
        answer_comparison(store, &by_ad),
        titles,
        answer_annotations(store, &question.period),
    )?;
    let rows: Vec<&AdsRow> = report.rows.iter().filter(|row| row.id == id).collect();
    if rows.is_empty() && days.count("opened").unwrap_or(0) == 0 {
        let text = format!("there is no ad {id:?} in these days: neither spend nor a conversation");
        return Err(AnswerError::Unknown(text));
    }
    let range = Range::new(&question.period, now, &address(&id), "");
    let behind = DrilldownLinks::conversations(&range, who.may(Scope::People)).filtered("ad", &id);
    let title = rows.first().map_or_else(
        || titles.get(&id).cloned().unwrap_or_else(|| id.clone()),
        |row| name(row, &titles),
    );
    let all_days = days_in(&days, &question.period);
    let annotations = Annotations::new(annotations, who, uri, &range);
    let (is_open, marks) = (question.period.to > now, annotations.marks());
    Ok(AdPage {
        page: "ads",
        title,
        about: rows.first().map_or_else(Vec::new, |row| about(row)),
        manager: rows.first().map_or_else(String::new, |row| manager(&row.account_id, &id)),
        tiles: rows.iter().flat_map(|row| tiles(row)).collect(),
        steps: rows.iter().map(|row| ad_columns(row, &behind)).collect(),
        trend: Trend::new(&all_days, is_open, &range, &behind, &marks),
        annotations,
        models: models(&comparison, &id),
        rows: behind.address(),
        range,
        id,
    })
}

fn about(row: &AdsRow) -> Vec<(Message, String)> {
    let all = [
        ("ad-account", &row.account_id),
        ("ad-campaign", &row.campaign),
        ("ad-ad-set", &row.ad_set),
    ];
    let known = all.into_iter().filter(|(_, value)| !value.is_empty());
    known.map(|(label, value)| (say(label), value.clone())).collect()
}

/// The ad in Meta's Ads Manager.
fn manager(account: &str, id: &str) -> String {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(account) || !is_number(id) {
        return String::new();
    }
    format!(
        "https://adsmanager.facebook.com/adsmanager/manage/ads?act={account}&selected_ad_ids={id}"
    )
}

/// The notes of a figure so far: its interval, and what it comes to.
fn with_expected(interval: String, expected: Option<ExpectedFigure>) -> Vec<String> {
    let expected = expected.map(|expected| expected.told().to_string());
    Some(interval).filter(|text| !text.is_empty()).into_iter().chain(expected).collect()
}

/// Label, figure and notes of each.
fn tiles(row: &AdsRow) -> Vec<(Message, String, Vec<String>)> {
    let currency = row.currency.as_deref().unwrap_or_default();
    let step = |name: &str| row.steps.iter().find(|step| step.name == name);
    let count = |name: &str| step(name).and_then(|step| step.count).map_or_else(dash, thousands);
    let lead = step("lead").and_then(|step| step.cost);
    let ratio = |value: f64| decimal(value, 2);
    let range = |low: f64, high: Option<f64>, written: &dyn Fn(f64) -> String| match high {
        Some(high) => format!("95 %: {}", between(written(low), written(high))),
        None => say("overview-at-least").with("amount", written(low)).to_string(),
    };
    let returned = row.roas;
    vec![
        (
            say("ads-spend"),
            row.spend
                .map_or_else(|| say("ads-unknown").to_string(), |spend| money(spend, currency)),
            Vec::new(),
        ),
        (say("overview-tile-opened"), count("opened"), Vec::new()),
        (say("overview-tile-lead"), count("lead"), Vec::new()),
        (
            say("overview-tile-cost"),
            lead.and_then(|cost| cost.value).map_or_else(dash, |value| money(value, currency)),
            with_expected(
                lead.map_or_else(String::new, |cost| range(cost.low, cost.high, &amount)),
                step("lead").and_then(|step| {
                    ExpectedFigure::of(step.matured_share, step.expected_cost, amount)
                }),
            ),
        ),
        (say("overview-tile-purchase"), count("purchase"), Vec::new()),
        (
            say("ads-roas"),
            returned.and_then(|roas| roas.value).map_or_else(dash, ratio),
            with_expected(
                returned.map_or_else(String::new, |roas| range(roas.low, roas.high, &ratio)),
                ExpectedFigure::of(row.value_matured_share, row.expected_roas, ratio),
            ),
        ),
    ]
}

/// What each model gives the ad: its name, conversions, and their value.
fn models(comparison: &Comparison, id: &str) -> Vec<[String; 3]> {
    let rows = || comparison.rows.iter().filter(|row| row.channel == id);
    let told = |model: &&'static str| {
        let all: Vec<(&Option<String>, &Compared)> =
            rows().filter_map(|row| Some((&row.currency, row.models.get(model)?))).collect();
        let conversions: f64 = all.iter().map(|(_, one)| one.conversions).sum();
        let values = all.iter().filter_map(|(currency, one)| {
            Some(money(one.value?, currency.as_deref().unwrap_or_default()))
        });
        let values = values.collect::<Vec<_>>().join(" + ");
        let label = crate::analysis::Model::parse(model)
            .map_or_else(|_| (*model).to_owned(), labels::model);
        [label, credit(conversions), if values.is_empty() { dash() } else { values }]
    };
    comparison.models.iter().map(told).collect()
}
