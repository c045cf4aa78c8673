//! What ads, links and doors cost, and what each stage cost.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::answer::{self, AnswerError};
use super::problem::Problem;
use super::{Asked, Misunderstood, Question, Views, api, csv};
use crate::analysis::{
    self, AdsData, AdsReport, AdsRow, Dimension, Estimate, KnownDays, Level, LinkBefore,
};
use crate::store::{Apart, Store};

/// The report by the question's first dimension, an ad each without one.
///
/// # Errors
/// If the dimension is none of ads, or the report cannot be computed.
pub async fn answer_ads(store: &Store, question: &Question) -> Result<AdsReport, AnswerError> {
    let level = level(question)?;
    let period = &question.period;
    let apart = Apart { ad: true, source: true, link: true, time_unit: "day", ..Apart::default() };
    let fetch = async {
        let known = async {
            match period.whole_days() {
                Some((first, last)) => store.known_spend_days(first, last).await,
                None => Ok(Vec::new()),
            }
        };
        tokio::try_join!(
            store.funnel_counts(period, apart),
            store.purchase_values(period),
            answer::spend_of(store, period),
            known,
            store.named_ads(),
            store.ad_accounts(),
            store.costs(),
            store.links(),
            store.link_visits(period),
        )
    };
    let asked = period.clone();
    answer::in_turn(fetch, move |fetched| {
        let (counts, values, spend, known, ads, accounts, costs, links, visits) = fetched;
        let visits_of = |slug: &str| {
            visits.iter().find(|visits| visits.slug == slug).map_or(0, |visits| visits.clicks)
        };
        let data = AdsData {
            counts,
            values,
            spend,
            known: KnownDays::new(
                known.into_iter().map(|day| (day.date, day.account_id, day.is_whole)),
                accounts.iter().map(|account| account.id.clone()),
            ),
            ads,
            accounts,
            costs,
            links: LinkBefore::of(&links, visits_of),
        };
        analysis::ads(data, level, &asked)
    })
    .await
}

fn level(question: &Question) -> Result<Level, Misunderstood> {
    if question.by.len() > 1 {
        let reason = "costs are told by one dimension at a time".to_owned();
        return Err(Misunderstood { parameter: "by", reason });
    }
    let name = question.by.first().map_or_else(|| "ad".into(), Dimension::name);
    Level::from_name(&name).ok_or_else(|| Misunderstood {
        parameter: "by",
        reason: format!("{name:?} has no costs of its own; known are {}", Level::names()),
    })
}

/// `GET /api/v1/ads`.
pub(super) async fn ads(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, format) = api::understand(&views, asked, &headers)?;
    let report = answer_ads(&views.store, &question).await.map_err(Problem::from)?;
    Ok(api::rendered(format, report, ads_csv))
}

/// A row a row of the report; the columns are listed in the README.
#[must_use]
pub fn ads_csv(report: &AdsReport) -> String {
    let before = ["id", "name", "campaign", "ad_set", "account_id", "currency", "spend"];
    let shown = ["impressions", "clicks", "ctr", "ctr_low", "ctr_high", "cpm"];
    let mut header: Vec<String> = before.into_iter().chain(shown).map(str::to_owned).collect();
    header.extend(interval_names("cost_per_click"));
    for name in super::conversation_steps() {
        header.push(name.to_owned());
        header.extend(interval_names(&format!("cost_per_{name}")));
    }
    header.push("value".to_owned());
    header.extend(interval_names("roas"));
    let behind = ["conversations_started", "first_replies", "without_cost"];
    header.extend(behind.map(str::to_owned));
    let cells: Vec<Vec<String>> = report.rows.iter().map(cells).collect();
    csv::rows(&header, &cells)
}

fn interval_names(name: &str) -> [String; 3] {
    ["", "_low", "_high"].map(|end| format!("{name}{end}"))
}

fn cells(row: &AdsRow) -> Vec<String> {
    let text = |text: &String| text.clone();
    let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    let number = |number: Option<f64>| number.map(|it| it.to_string()).unwrap_or_default();
    let estimate = |estimate: Option<Estimate>| {
        let low = estimate.map(|estimate| estimate.low);
        let high = estimate.and_then(|estimate| estimate.high);
        [number(estimate.and_then(|estimate| estimate.value)), number(low), number(high)]
    };
    let mut cells: Vec<String> =
        [&row.id, &row.name, &row.campaign, &row.ad_set, &row.account_id].map(text).to_vec();
    cells.push(row.currency.clone().unwrap_or_default());
    cells.extend([number(row.spend), count(row.impressions), count(row.clicks)]);
    cells.extend([
        number(row.ctr.map(|ctr| ctr.rate)),
        number(row.ctr.map(|ctr| ctr.low)),
        number(row.ctr.map(|ctr| ctr.high)),
        number(row.cpm),
    ]);
    cells.extend(estimate(row.cost_per_click));
    for step in &row.steps {
        cells.push(count(step.count));
        cells.extend(estimate(step.cost));
    }
    cells.push(number(row.value));
    cells.extend(estimate(row.roas));
    cells.extend([count(row.conversations_started), count(row.first_replies)]);
    cells.push(row.without_cost.to_string());
    cells
}
