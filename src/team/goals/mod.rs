//! Goals: what a figure is to come to by day, week or month; how far it is, and what it comes to.

mod handlers;
mod pages;
mod progress;
mod told;
mod typed;
mod written;

pub(super) use handlers::{api, forms};

use axum::http::StatusCode;

use super::{Team, failed};
use crate::accounts::Who;
use crate::http::problem::Problem;
use crate::language::say;
use progress::Progress;
use told::ToldGoal;
use written::{Goal, GoalError, WrittenGoal};

/// Goals at most: each asks some questions whenever they are looked at.
const MOST_GOALS: usize = 20;

impl Team {
    /// All goals, each with how far it is, or what is wrong with it.
    async fn goals(&self) -> Result<Vec<ToldGoal>, Problem> {
        let kept = self.alerting.catalog.store.goals().await.map_err(|error| failed(&error))?;
        let mut told = Vec::new();
        for kept in kept {
            let read = serde_json::from_str::<WrittenGoal>(&kept.definition);
            let (written, checked) = match read {
                Ok(written) => (written.clone(), written.check(&self.alerting)),
                Err(error) => {
                    let reason = say("goals-other-version").with("reason", error.to_string());
                    let written = WrittenGoal { name: kept.name.clone(), ..WrittenGoal::default() };
                    (written, Err(GoalError { key: "definition", reason }))
                }
            };
            let progress = match &checked {
                Ok(goal) => Some(self.progress(goal).await?),
                Err(_) => None,
            };
            told.push(ToldGoal::new(&kept, written, checked, progress));
        }
        Ok(told)
    }

    async fn progress(&self, goal: &Goal) -> Result<Progress, Problem> {
        Ok(Box::pin(Progress::of(goal, &self.alerting)).await?)
    }

    /// Keeps a goal in place of the one of its name, or says what is wrong with it.
    async fn keep_goal(
        &self,
        written: &WrittenGoal,
        who: &Who,
    ) -> Result<Result<Goal, GoalError>, Problem> {
        let goal = match written.check(&self.alerting) {
            Ok(goal) => goal,
            Err(error) => return Ok(Err(error)),
        };
        let store = &self.alerting.catalog.store;
        let known = store.goals().await.map_err(|error| failed(&error))?;
        if known.len() >= MOST_GOALS && !known.iter().any(|one| one.name == written.name) {
            let text = say("goals-too-many").with("most", MOST_GOALS as u64).to_string();
            return Err(Problem::new(StatusCode::CONFLICT, text));
        }
        let mut written = written.clone();
        if let Some(workspace) = store.workspace()
            && written.currency.is_empty()
            && goal.figure.is_of_ads()
        {
            written.currency.clone_from(&workspace.currency);
        }
        let definition = serde_json::to_string(&written).unwrap_or_default();
        let saved = store.save_goal(&written.name, Some(definition), &who.name, self.now()).await;
        saved.map_err(|error| failed(&error))?;
        Ok(Ok(goal))
    }

    async fn forget_goal(&self, name: &str, who: &Who) -> Result<(), Problem> {
        let store = &self.alerting.catalog.store;
        let known = store.goals().await.map_err(|error| failed(&error))?;
        if !known.iter().any(|goal| goal.name == name) {
            let text = say("goals-unknown").with("name", name).to_string();
            return Err(Problem::new(StatusCode::NOT_FOUND, text));
        }
        let removed = store.save_goal(name, None, &who.name, self.now()).await;
        removed.map_err(|error| failed(&error))
    }
}

impl From<GoalError> for Problem {
    fn from(error: GoalError) -> Self {
        Self::in_parameter(error.key, error.reason.to_string())
    }
}
