//! Funnels: any that there is, one that is built in a form, and who went no further.

mod addresses;
mod builder;
mod comparison;
mod dropped;
mod labels;
mod page;
mod share;

use std::collections::HashMap;

use axum::Extension;
use axum::extract::Query;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};

use super::super::answer::AnswerError;
use super::super::api;
use super::super::funnels::{answer_by_each, period_before, periods_compared, rows_compared};
use super::super::problem::Problem;
use super::super::{Question, Views};
use super::{Asks, show};
use crate::accounts::{Scope, Who};
use crate::analysis::{DEFAULT_FUNNEL, Dimension, Funnels};
use crate::domain::{FUNNEL_WINDOW_MS, Timestamp};
use crate::views::allowed::Allowed;
use builder::Builder;
pub(in crate::views) use dropped::dropped;
use page::{FunnelsPage, Parts};

/// Days of a trend by days; longer ones are by weeks.
const MOST_DAYS: usize = 92;
/// Sequences that are told, and how long.
const SEQUENCES: (u32, u64) = (8, 40);

/// `GET /funnels`.
pub(in crate::views) async fn funnels(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    let name = asking.as_ref().ok().and_then(|Query(asking)| asking.name.clone());
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| DEFAULT_FUNNEL.to_owned());
    show(&views, asking, async |views, question, now| {
        let question = by_one(question);
        let parts = parts(views, &views.funnels, name, &question).await?;
        let shows_people = who.may(Scope::People);
        Ok(FunnelsPage::new(Some(&parts), &views.funnels, None, shows_people, &question, now))
    })
    .await
}

/// `GET /funnels/build`: a funnel that stands in the address, in any form.
pub(in crate::views) async fn build(
    Allowed(views): Allowed,
    uri: Uri,
    headers: HeaderMap,
    asking: Asks,
) -> Response {
    let query = uri.query().unwrap_or_default();
    let builder = Builder::read(query);
    let format = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "format");
    if let (Some((_, format)), Ok(funnel)) = (format, &builder.checked) {
        let answer = download(&views, asking, &headers, funnel.clone(), format.into_owned()).await;
        return answer.unwrap_or_else(IntoResponse::into_response);
    }
    show(&views, asking, async |views, question, now| {
        let question = by_one(question);
        let parts = match &builder.checked {
            Ok(funnel) => {
                let name = funnel.name.clone();
                let only = Funnels::from([(name.clone(), funnel.clone())]);
                Some(parts(views, &only, name, &question).await?)
            }
            Err(_) => None,
        };
        let builder = Some(builder);
        Ok(FunnelsPage::new(parts.as_ref(), &views.funnels, builder, false, &question, now))
    })
    .await
}

/// The figures of a built funnel as a file.
async fn download(
    views: &Views,
    asking: Asks,
    headers: &HeaderMap,
    funnel: crate::analysis::Funnel,
    format: String,
) -> Result<Response, Problem> {
    let Query(asking) = asking.map_err(|rejection| {
        Problem::new(axum::http::StatusCode::BAD_REQUEST, rejection.body_text())
    })?;
    let now = Timestamp((views.clock)());
    let mut asked = super::asked(asking, views).map_err(AnswerError::from)?;
    asked.format = Some(format);
    let asked = asked.understand(&views.defaults, now).map_err(AnswerError::from)?;
    api::built(views, &funnel, &asked, headers).await
}

/// One dimension at a time: by door, if none is asked for.
fn by_one(mut question: Question) -> Question {
    question.by.truncate(1);
    if question.by.is_empty() {
        question.by = vec![Dimension::Source];
    }
    question
}

/// Everything that the page shows of a funnel.
async fn parts(
    views: &Views,
    own: &Funnels,
    name: String,
    question: &Question,
) -> Result<Parts, AnswerError> {
    let store = &views.store;
    let before = period_before(question);
    let until = question.period.to.0.saturating_add(FUNNEL_WINDOW_MS);
    let sequences = async {
        // They are those of everybody.
        if !question.filters.is_empty() {
            return Ok(Vec::new());
        }
        let (length, most) = SEQUENCES;
        let found = store.top_sequences(&question.period, until, length, most).await;
        found.map_err(AnswerError::from)
    };
    let unit =
        if question.period.days().len() > MOST_DAYS { Dimension::Week } else { Dimension::Day };
    let dimensions = vec![question.by[0].clone(), unit];
    let ad_titles = async {
        if question.by[0] != Dimension::Ad {
            return Ok(HashMap::new());
        }
        let found = store.ad_titles(&question.period).await.map_err(AnswerError::from)?;
        Ok(crate::analysis::ad_titles(&found, "titled_at")?)
    };
    let (reports, before, sequences, ad_titles) = tokio::try_join!(
        answer_by_each(store, own, &name, question, dimensions),
        super::super::answer::answer_funnel(store, own, &name, &before),
        sequences,
        ad_titles,
    )?;
    let [report, trend] = <[_; 2]>::try_from(reports)
        .map_err(|_| AnswerError::Unknown("a breakdown is missing".to_owned()))?;
    let verdicts = rows_compared(&report, question)?;
    let against = periods_compared(&report, &before, question)?;
    let flows = crate::analysis::flows(&report, &question.by[0].name());
    Ok(Parts { name, report, trend, verdicts, against, flows, sequences, ad_titles })
}
