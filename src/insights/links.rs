//! Links with what came of them: visits, conversations, goals.

use serde::Serialize;
use utoipa::ToSchema;

use super::breakdown_columns::apart;
use super::error::AnswerError;
use super::query::Question;
use crate::analysis::{self, Dimension, Step};
use crate::domain::{Clock, Link, LinkNote};
use crate::store::Store;

/// All links in a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LinksReport {
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// Which day a conversion counts on.
    pub clock: Clock,
    /// The links, by slug.
    pub links: Vec<LinkFigures>,
}

/// A link and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LinkFigures {
    /// The link.
    #[serde(flatten)]
    pub link: Link,
    /// Its tracked address; `None` without `server.public_url`.
    pub address: Option<String>,
    /// Where it leads, without a click's mark.
    pub target: String,
    /// Visits of people in the period.
    pub clicks: u64,
    /// Visits of bots and link previews.
    pub previews: u64,
    /// Clicks whose person was seen in a thread.
    pub arrived: u64,
    /// Conversations that it opened in the period, and how far they came, as in the funnel.
    pub steps: Vec<Step>,
    /// What to mend, or to know.
    #[schema(value_type = Vec<String>)]
    pub lint: Vec<LinkNote>,
}

impl LinkFigures {
    /// The count of a step of the funnel.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        let step = self.steps.iter().find(|step| step.name == name);
        step.and_then(|step| step.count).unwrap_or(0)
    }
}

/// All links with what came of them in the question's period. `public_url` is the address under
/// which the server is reached.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_links(
    store: &Store,
    question: &Question,
    public_url: Option<&str>,
) -> Result<LinksReport, AnswerError> {
    let period = &question.period;
    let by = [Dimension::Link];
    let counts = store.funnel_counts(period, apart(&by), None);
    let (counts, links, visits) =
        tokio::try_join!(counts, store.links(), store.link_visits(period))?;
    let funnel = analysis::funnel(&counts, period, &by, &[], &[])?;
    let all: Vec<Link> = links.into_values().collect();
    let nothing: Vec<Step> = funnel.steps.iter().map(Step::none).collect();
    let figures = all.iter().map(|link| {
        let row = funnel.breakdown.iter().find(|row| row.value("link") == Some(&link.slug));
        let visits = visits.iter().find(|visits| visits.slug == link.slug);
        let clicks = visits.map_or(0, |visits| visits.clicks);
        let steps = row.map_or_else(|| nothing.clone(), |row| row.steps.clone());
        LinkFigures {
            address: public_url.map(|url| short_address(url, &link.slug)),
            target: link.target(None),
            clicks,
            previews: visits.map_or(0, |visits| visits.previews),
            arrived: visits.map_or(0, |visits| visits.arrived),
            steps,
            lint: link.lint(&all),
            link: link.clone(),
        }
    });
    Ok(LinksReport {
        clock: Clock::Opening,
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        links: figures.collect(),
    })
}

/// The tracked address of a link.
#[must_use]
pub fn short_address(public_url: &str, slug: &str) -> String {
    format!("{}/l/{slug}", public_url.trim_end_matches('/'))
}
