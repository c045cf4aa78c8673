//! What a handler works on, as far as whoever asks may see: a member of a workspace works on what is of it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::problem::Problem;
use crate::accounts::Who;
use crate::domain::Workspace;

/// Something of which there is a part for each workspace.
pub(crate) trait OfWorkspace {
    /// The part of a workspace, which tells and changes nothing beyond it.
    fn of_workspace(&self, workspace: &Arc<Workspace>) -> Self;
}

/// A room's state, of which whoever asks sees their part.
pub(crate) struct Own<T>(pub T);

impl<T: OfWorkspace + Clone + Send + Sync> FromRequestParts<T> for Own<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &T) -> Result<Self, Problem> {
        let Some(who) = parts.extensions.get::<Who>() else {
            // A route without the guard: nobody is told anything.
            let text = "This server does not know who asks.".to_owned();
            return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text));
        };
        Ok(Self(match &who.workspace {
            Some(workspace) => state.of_workspace(workspace),
            None => state.clone(),
        }))
    }
}
