//! The overview as texts: every number formatted, every label chosen, ready for the template.

use askama::Template;
use axum::Extension;
use axum::http::Uri;
use axum::response::Response;

use super::attention::{Attention, attention};
use super::best_ads::{BestAndWorstAds, extremes};
use super::changes::{Days, Movers, movers};
use super::days::days_of;
use super::figures::{Fetched, FetchedBefore, Figures};
use super::steps;
use super::tiles::{Tile, tiles, worth};
use crate::accounts::{Scope, Who};
use crate::analysis::{
    AttributionReport, Breakdown, DEFAULT_FUNNEL, Dimension, Filter, FunnelReport, Model,
    Parameters, conversation_steps,
};
use crate::domain::{AgeLimit, Period, Timestamp};
use crate::insights::alerts::{Alert, AlertInputs};
use crate::insights::annotations::{AnnotationsReport, answer_annotations};
use crate::insights::attribution::{JourneyInputs, spend_of};
use crate::insights::breakdown_columns::apart;
use crate::insights::error::AnswerError;
use crate::insights::funnel_comparison::period_before;
use crate::insights::funnel_outlook::young;
use crate::insights::query::{Against, Credit, Question};
use crate::insights::workspaces::open_incidents;
use crate::insights::{ads, worker};
use crate::language::{Message, filters, say};
use crate::render::labels;
use crate::render::numbers::{dash, local_minute, of_first};
use crate::store::{BreakdownColumns, CollectionState, ResponseTimes, Store, StoreError};
use crate::web::dashboard::annotations::Annotations;
use crate::web::dashboard::date_range::{self, Range};
use crate::web::dashboard::day_trend::Trend;
use crate::web::dashboard::drilldown::{DrilldownLinks, LinkedCount};
use crate::web::dashboard::funnel_columns::Column;
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;

/// Rows of the ads table.
const MOST_ADS: usize = 25;

#[derive(Template)]
#[template(path = "overview.html", config = "dashboards/askama.toml")]
pub(crate) struct Overview {
    page: &'static str,
    range: Range,
    all_time: String,
    stored: Stored,
    is_empty: bool,
    /// Whether some figures are left out, because they are told for everything alone.
    is_filtered: bool,
    /// Where Meta sends webhooks.
    webhook: String,
    attention: Vec<Attention>,
    more_alerts: usize,
    /// How many incidents are open, if there are some.
    incidents: Option<Message>,
    tiles: Vec<Tile>,
    /// Why changes are as they are told.
    changes_note: Option<Message>,
    steps: Vec<Column>,
    /// Of ads, by the currency in which they are paid.
    ad_steps: Vec<Vec<Column>>,
    trend: Trend,
    annotations: Annotations,
    movers: Option<Movers>,
    extremes: Option<BestAndWorstAds>,
    columns: Vec<Heading>,
    sources: Vec<Row>,
    ads: Vec<Row>,
    ads_left_out: usize,
    /// Address of the funnel's figures, to which a breakdown and a format are added.
    api: String,
}

struct Stored {
    is_nothing: bool,
    as_of: Option<String>,
    quarantined: Option<Message>,
}

struct Heading {
    label: String,
    meaning: String,
}

struct Row {
    id: String,
    label: String,
    meaning: String,
    /// Address of its conversations.
    rows: String,
    counts: Vec<LinkedCount>,
    rate: String,
    value: String,
}

/// What was found for the page.
struct Found {
    figures: Figures,
    alerts: Vec<Alert>,
    state: CollectionState,
    annotations: AnnotationsReport,
    incidents: usize,
    is_of_workspace: bool,
}

/// `GET /`.
pub(crate) async fn overview(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    uri: Uri,
    asking: Asks,
) -> Response {
    let webhook = format!("{}/webhooks/meta", views.public_url.as_deref().unwrap_or_default());
    show(&views, asking, async |views, question, now| {
        let found = Box::pin(found(&views.store, &question, now)).await?;
        Ok(Overview::new(found, &question, now, webhook, (&who, &uri)))
    })
    .await
}

/// Asks for everything at once.
async fn found(store: &Store, question: &Question, now: Timestamp) -> Result<Found, AnswerError> {
    // The last touch of every conversion: by the usual window, whatever the question's credit.
    let parameters = Parameters::default();
    let credit = Credit { model: Model::Last, parameters, conversion: None, intervals: false };
    let question = Question { by: Vec::new(), credit, ..question.clone() };
    let fetch = async {
        let (ads, young, answers, titles, ways, before) = tokio::try_join!(
            ads::facts_apart(store, &question, filtered_by(&question, &[])),
            young(store, &question),
            answers(store, &question, &question.period),
            store.ad_titles(&question.period),
            ways(store, &question),
            fetched_before(store, &question, now),
        )?;
        Ok(Fetched { ads, young, answers, titles, ways, before })
    };
    let asked = question.clone();
    let figures = worker::in_turn(fetch, move |fetched, _| Figures::new(fetched, &asked));
    let alerts = async { Ok(AlertInputs::of(store, &question, now).await?.alerts()) };
    let state = async { Ok(store.collection_state().await?) };
    let annotations = answer_annotations(store, &question.period);
    let incidents = async { Ok(open_incidents(&store.incidents(now, "").await?, now)) };
    let (figures, alerts, state, annotations, incidents) =
        tokio::try_join!(figures, alerts, state, annotations, incidents)?;
    let is_of_workspace = store.workspace().is_some();
    Ok(Found { figures, alerts, state, annotations, incidents, is_of_workspace })
}

/// Whose credit conversions are is told for everything alone.
async fn ways(store: &Store, question: &Question) -> Result<Option<JourneyInputs>, StoreError> {
    if !question.filters.is_empty() {
        return Ok(None);
    }
    let lookback = question.credit.parameters.lookback_ms();
    let (touchpoints, conversions) = tokio::try_join!(
        store.touchpoints(&question.period, lookback, true, BreakdownColumns::default()),
        store.conversions(&question.period, 0),
    )?;
    Ok(Some(JourneyInputs { touchpoints, conversions }))
}

/// The same counts of the period that it is compared with, at the same age.
async fn fetched_before(
    store: &Store,
    question: &Question,
    now: Timestamp,
) -> Result<Option<FetchedBefore>, StoreError> {
    if matches!(question.against, Against::Nothing) {
        return Ok(None);
    }
    let period = so_far(period_before(question).period, question, now);
    let mut own = question.period.clone();
    own.to = own.to.min(now).max(own.from);
    let as_old = AgeLimit::as_old_as(&own, &period, now.0);
    let by = filtered_by(question, &[Dimension::Day, Dimension::Ad, Dimension::Source]);
    let (counts, spend, answers) = tokio::try_join!(
        store.funnel_counts(&period, by, Some(as_old)),
        spend_of(store, &period),
        answers(store, question, &period),
    )?;
    Ok(Some(FetchedBefore { period, counts, spend, answers }))
}

/// How fast answers are is told for everything alone.
async fn answers(
    store: &Store,
    question: &Question,
    period: &Period,
) -> Result<Option<ResponseTimes>, StoreError> {
    if !question.filters.is_empty() {
        return Ok(None);
    }
    let all = store.first_response(period).await?;
    Ok((all.wrote > 0).then_some(all))
}

/// The columns that these dimensions and the question's filters need.
fn filtered_by(question: &Question, by: &[Dimension]) -> BreakdownColumns {
    let filters = question.filters.iter().map(|filter| filter.dimension.clone());
    apart(&by.iter().cloned().chain(filters).collect::<Vec<_>>())
}

/// The period before as far as the question's own has come: what is not over is not compared with what is.
fn so_far(before: Period, question: &Question, now: Timestamp) -> Period {
    let since = now.0.saturating_sub(question.period.from.0).max(0);
    let to = before.to.0.min(before.from.0.saturating_add(since));
    Period { to: Timestamp(to), ..before }
}

impl Overview {
    fn new(
        found: Found,
        question: &Question,
        now: Timestamp,
        webhook: String,
        (who, uri): (&Who, &Uri),
    ) -> Self {
        let Found { figures, alerts, state, annotations, incidents, is_of_workspace } = found;
        let (figures, shows_people) = (&figures, who.may(Scope::People));
        let period = &question.period;
        let total = &figures.own.by_source;
        let (days, back) = days_of(figures, period, Timestamp(state.first_event));
        let is_open = period.to > now;
        // What it is compared with and filtered by goes along by itself.
        let range = Range::new(period, now, "/", "")
            .compared(&question.against)
            .filtered(&question.filters);
        let mut behind = DrilldownLinks::conversations(&range, shows_people);
        if !question.filters.is_empty() {
            behind = behind.with("filter", Filter::written(&question.filters));
        }
        let sure = Days::new(&days, is_open, back);
        let ads = ads(figures, &behind);
        let ads_left_out = ads.len().saturating_sub(MOST_ADS);
        let (attention, more_alerts) = attention(&alerts);
        let annotations = Annotations::new(annotations, who, uri, &range);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("from", &period.from.to_rfc3339());
        query.append_pair("to", &period.to.to_rfc3339());
        if !question.filters.is_empty() {
            query.append_pair("filter", &Filter::written(&question.filters));
        }
        Self {
            page: "overview",
            all_time: date_range::all_time(&state, period, now),
            stored: Stored {
                // How a Page is connected is told where there is none at all.
                is_nothing: state.events == 0 && !is_of_workspace,
                as_of: (state.made_at > 0)
                    .then(|| local_minute(Timestamp(state.made_at), &period.zone)),
                quarantined: (state.quarantined > 0)
                    .then(|| say("overview-quarantined").with("count", state.quarantined)),
            },
            is_empty: total.count("opened").unwrap_or(0) == 0,
            is_filtered: !question.filters.is_empty(),
            webhook,
            attention,
            more_alerts,
            incidents: (incidents > 0).then(|| say("overview-incidents").with("count", incidents)),
            tiles: tiles(figures, &sure, &range, &behind),
            changes_note: figures.before.as_ref().map(|before| {
                let is_nothing = before.by_source.count("opened").unwrap_or(0) == 0;
                let told = match (is_nothing, is_open) {
                    (true, _) => "overview-compared-nothing",
                    (false, true) => "overview-compared-so-far",
                    (false, false) => "overview-compared",
                };
                let (first, last) = before.period.first_and_last_day();
                say(told).with("period", date_range::label(first, last))
            }),
            steps: steps::conversations(total, &behind),
            ad_steps: figures
                .whole
                .as_ref()
                .map_or_else(Vec::new, |whole| steps::of_ads(whole, &behind)),
            trend: Trend::new(&days, is_open, &range, &behind, &annotations.marks()),
            annotations,
            movers: movers(figures, &sure, &behind),
            extremes: figures
                .whole
                .as_ref()
                .and_then(|whole| extremes(&whole.ads, &figures.ad_titles, &behind)),
            columns: conversation_steps()
                .map(labels::stage)
                .map(|(label, meaning)| Heading { label, meaning })
                .collect(),
            sources: sources(total, figures.whole.as_ref().map(|whole| &whole.last_touch), &behind),
            ads: ads.into_iter().take(MOST_ADS).collect(),
            ads_left_out,
            api: format!("/api/v1/funnels/{DEFAULT_FUNNEL}?{}", query.finish()),
            range,
        }
    }
}

fn ads(figures: &Figures, behind: &DrilldownLinks) -> Vec<Row> {
    let rows = figures.own.by_ad.breakdown.iter().filter_map(|row| Some((row.value("ad")?, row)));
    rows.map(|(ad, row)| {
        let untitled = || say("overview-untitled").to_string();
        let title = figures.ad_titles.get(ad).cloned().unwrap_or_else(untitled);
        let behind = behind.filtered("ad", ad);
        new_row(ad, title, String::new(), row, String::new(), &behind)
    })
    .collect()
}

fn sources(
    total: &FunnelReport,
    last_touch: Option<&AttributionReport>,
    behind: &DrilldownLinks,
) -> Vec<Row> {
    let rows = total.breakdown.iter().filter_map(|row| Some((row.value("source")?, row)));
    rows.map(|(name, row)| {
        let (label, meaning) = labels::source(name);
        let value = last_touch.map(|report| worth(report, |channel| channel == name).join(" + "));
        new_row(
            name,
            label,
            meaning,
            row,
            value.unwrap_or_default(),
            &behind.filtered("source", name),
        )
    })
    .collect()
}

fn new_row(
    id: &str,
    label: String,
    meaning: String,
    row: &Breakdown,
    value: String,
    behind: &DrilldownLinks,
) -> Row {
    Row {
        id: id.to_owned(),
        label,
        meaning,
        rows: behind.address(),
        counts: conversation_steps()
            .map(|stage| behind.with("reached", stage).count(row.count(stage)))
            .collect(),
        rate: row.steps.last().map_or_else(dash, of_first),
        value: if value.is_empty() { dash() } else { value },
    }
}
