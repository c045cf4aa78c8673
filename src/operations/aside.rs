//! Where dashboards, API, logins and all else is answered that is no webhook: by threads of their own, which give way.
//! Whatever is asked there, the threads that take webhooks have nothing to do with it but to pass on what was answered.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use polars_core::prelude::{DataFrame, df};
use tokio::runtime::{Builder, Handle};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// How far these threads stand back, on the scale from 0 to 19 (`nice`): behind ClickHouse and the shipper.
const NICENESS: i32 = 10;
/// Analyses, files that are written, passwords that are checked: more wait.
const MOST_BLOCKING: usize = 64;

/// The threads.
#[derive(Debug, Clone)]
pub struct Aside(Handle);

impl Aside {
    /// Starts them; they live as long as the process.
    ///
    /// # Errors
    /// If the system gives none.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .enable_all()
            .thread_name("aside")
            .max_blocking_threads(MOST_BLOCKING)
            .on_thread_start(give_way)
            .build()?;
        let handle = runtime.handle().clone();
        // It must not end while answers are under way, nor be waited for when the process ends.
        std::mem::forget(runtime);
        // Pools that are made here are made of threads that give way too.
        handle.spawn_blocking(|| {
            rayon::current_num_threads();
            let mut frame: DataFrame = df!("nothing" => [0_i64]).unwrap_or_default();
            frame.rechunk_mut_par();
        });
        Ok(Self(handle))
    }
}

fn give_way() {
    rustix::process::nice(NICENESS).ok();
}

/// Has a request answered there. If its client goes, so does the work.
pub async fn aside(State(aside): State<Aside>, request: Request, next: Next) -> Response {
    let handle = aside.0.clone();
    let work = async move {
        let (parts, body) = next.run(request).await.into_parts();
        // What is in memory already is given over as it is.
        let body = if body.size_hint().exact().is_some() { body } else { passed_on(body) };
        Response::from_parts(parts, body)
    };
    let mut work = Work(handle.spawn(work.in_current_span()));
    (&mut work.0).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request was cut off");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

/// Work that ends when nobody waits for it any more.
struct Work<T>(JoinHandle<T>);

impl<T> Drop for Work<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

type Given = Result<Frame<Bytes>, axum::Error>;

/// A body that is made there and read here.
struct PassedOn {
    frames: mpsc::Receiver<Given>,
    _maker: Work<()>,
}

fn passed_on(mut body: Body) -> Body {
    let (taker, frames) = mpsc::channel(2);
    let making = tokio::spawn(async move {
        while let Some(frame) = body.frame().await {
            if taker.send(frame).await.is_err() {
                return;
            }
        }
    });
    Body::new(PassedOn { frames, _maker: Work(making) })
}

impl HttpBody for PassedOn {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Poll::Ready(ready!(self.frames.poll_recv(context)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use axum::routing::get;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    use super::*;

    struct Ends(Arc<AtomicBool>);

    impl Drop for Ends {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn niceness() -> i32 {
        // The nineteenth of what stands behind the name, which may hold blanks.
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let mut behind = stat.rsplit(')').next().unwrap().split_whitespace();
        behind.nth(16).unwrap().parse().unwrap()
    }

    fn asked(path: &str) -> Request {
        Request::builder().uri(path).body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn work_gives_way_and_ends_with_its_client() {
        let ended = Arc::new(AtomicBool::new(false));
        let known = Arc::clone(&ended);
        let routes = Router::new()
            .route("/nice", get(|| async { niceness().to_string() }))
            .route(
                "/blocking",
                get(|| async {
                    tokio::task::spawn_blocking(|| niceness().to_string()).await.unwrap()
                }),
            )
            .route(
                "/stream",
                get(|| async {
                    let parts = ["a", "b", "c"].map(Ok::<_, std::io::Error>);
                    Body::from_stream(futures_util::stream::iter(parts))
                }),
            )
            .route(
                "/never",
                get(move || async move {
                    let _ends = Ends(known);
                    std::future::pending::<()>().await;
                }),
            )
            .layer(middleware::from_fn_with_state(Aside::start().unwrap(), aside));
        for path in ["/nice", "/blocking"] {
            let answer = routes.clone().oneshot(asked(path)).await.unwrap();
            let bytes = answer.into_body().collect().await.unwrap().to_bytes();
            let nice: i32 = std::str::from_utf8(&bytes).unwrap().parse().unwrap();
            assert!(nice >= niceness() + NICENESS || nice == 19, "{path}: {nice}");
        }
        let answer = routes.clone().oneshot(asked("/stream")).await.unwrap();
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "abc");
        let never = routes.oneshot(asked("/never"));
        assert!(tokio::time::timeout(Duration::from_millis(50), never).await.is_err());
        for _ in 0..100 {
            if ended.load(Ordering::Relaxed) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody waits, and the work goes on");
    }
}
