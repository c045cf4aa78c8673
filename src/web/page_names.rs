//! Pages, Instagram accounts and WhatsApp numbers by their names, in whatever is shown.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::watch;

use crate::render::page_names::PageNames;

/// Has pages call Pages, accounts and numbers by their names. Programs are told ids.
pub async fn by_their_names(
    State(names): State<watch::Receiver<Arc<PageNames>>>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let names = Arc::clone(&names.borrow());
    names.within(next.run(request)).await
}
