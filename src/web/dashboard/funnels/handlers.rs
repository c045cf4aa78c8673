//! Funnels: any that there is, and one that is built in a form.

use std::collections::HashMap;

use axum::Extension;
use axum::extract::Query;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};

use super::builder::{Builder, only};
use super::download;
use super::page::FunnelsPage;
use super::parts::Parts;
use crate::accounts::Who;
use crate::analysis::{DEFAULT_FUNNEL, Dimension, Funnels};
use crate::domain::FUNNEL_WINDOW_MS;
use crate::insights::annotations::answer_annotations;
use crate::insights::error::AnswerError;
use crate::insights::funnel::answer_funnel;
use crate::insights::funnel_comparison::{
    answer_by_each, by_day, period_days, periods_compared, rows_compared,
};
use crate::insights::funnel_outlook::outlook_of;
use crate::insights::funnel_verdicts::reversals;
use crate::insights::query::Question;
use crate::web::dashboard::download::is_asked;
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::WithFunnels;
use crate::web::state::Views;

/// Days of a trend by days; longer ones are by weeks.
const MOST_DAYS: usize = 92;
/// Sequences that are told, and how long.
const SEQUENCES: (u32, u64) = (8, 40);

/// `GET /funnels`.
pub(crate) async fn funnels(
    WithFunnels(views): WithFunnels,
    Extension(who): Extension<Who>,
    uri: Uri,
    asking: Asks,
) -> Response {
    let name = asking.as_ref().ok().and_then(|Query(asking)| asking.name.clone());
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| DEFAULT_FUNNEL.to_owned());
    show(&views, asking, async |views, question, now| {
        let question = by_one(question);
        let parts = Box::pin(parts(views, &views.funnels, name, &question)).await?;
        Ok(FunnelsPage::new(Some(&parts), &views.funnels, None, (&who, &uri), &question, now))
    })
    .await
}

/// `GET /funnels/build`: a funnel that stands in the address, in any form.
pub(crate) async fn build(
    WithFunnels(views): WithFunnels,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    asking: Asks,
) -> Response {
    let builder = Builder::read(uri.query().unwrap_or_default());
    if let Some(address) = builder.without_change(uri.query().unwrap_or_default()) {
        return Redirect::to(&format!("/funnels/build?{address}")).into_response();
    }
    if is_asked(&asking) {
        let told = Box::pin(download::figures(&views, asking, &headers, &builder.checked)).await;
        return told.unwrap_or_else(IntoResponse::into_response);
    }
    show(&views, asking, async |views, question, now| {
        let question = by_one(question);
        let parts = match &builder.checked {
            Ok(funnel) => {
                let name = funnel.name.clone();
                Some(Box::pin(parts(views, &only(funnel), name, &question)).await?)
            }
            Err(_) => None,
        };
        let builder = Some(builder);
        let by = (&who, &uri);
        Ok(FunnelsPage::new(parts.as_ref(), &views.funnels, builder, by, &question, now))
    })
    .await
}

/// One dimension at a time: by entry point, if none is asked for.
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
    let days = by_day(question);
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
    let is_daily = unit == Dimension::Day;
    let mut breakdowns = vec![vec![question.by[0].clone()], vec![unit.clone()]];
    // Mostly the days of the rows are those of the period: then they cost no pass of their own.
    let is_same_period = days.period.from == question.period.from
        && days.counted_until.is_none()
        && question.top.is_none();
    if is_same_period {
        breakdowns.push(days.by.clone());
    }
    let ad_titles = async {
        if question.by[0] != Dimension::Ad {
            return Ok(HashMap::new());
        }
        let found = store.ad_titles(&question.period).await.map_err(AnswerError::from)?;
        Ok(crate::analysis::ad_titles(&found, "titled_at")?)
    };
    let row_days = async {
        if is_same_period {
            Ok(None)
        } else {
            answer_funnel(store, own, &name, &days).await.map(Some)
        }
    };
    let (mut reports, row_days, sequences, ad_titles, annotations) = tokio::try_join!(
        answer_by_each(store, own, &name, question, breakdowns),
        row_days,
        sequences,
        ad_titles,
        answer_annotations(store, &question.period),
    )?;
    let days = row_days.or_else(|| reports.pop());
    let [mut report, trend] = <[_; 2]>::try_from(reports)
        .map_err(|_| AnswerError::Unknown("a breakdown is missing".to_owned()))?;
    let days = days.ok_or_else(|| AnswerError::Unknown("the days are missing".to_owned()))?;
    let so_far = is_daily.then(|| trend.clone());
    let by_time = Question { by: vec![unit], ..question.clone() };
    let (periods, trend) = tokio::try_join!(
        period_days(store, own, &name, question, so_far),
        outlook_of(store, own, &by_time, trend),
    )?;
    report.expect_as(&trend);
    let verdicts = rows_compared(&report, &days, question)?;
    let verdicts = Box::pin(reversals(store, own, &name, question, verdicts)).await?;
    let against = periods_compared(&report, &periods, question)?;
    let flows = crate::analysis::flows(&report, &question.by[0].name());
    let window_ms = own.get(&name).map_or(FUNNEL_WINDOW_MS, |funnel| funnel.rules.window_ms);
    let shown = Parts {
        name,
        window_ms,
        report,
        trend,
        verdicts,
        against,
        flows,
        sequences,
        ad_titles,
        annotations,
    };
    Ok(shown)
}
