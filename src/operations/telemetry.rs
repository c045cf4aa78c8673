//! Traces for OpenTelemetry, if the environment names a collector for them by the standard's own variables
//! (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME` and so on), by OTLP over HTTP.

use anyhow::Context;
use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::global;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;

use crate::outgoing;

/// Each of them turns tracing on.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Our HTTP client; the exporter's own thread lacks the runtime that it needs.
#[derive(Debug)]
struct Http {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Http {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request: reqwest::Request = request.try_into()?;
        let client = self.client.clone();
        let asked = self.runtime.spawn(async move {
            let answer = client.execute(request).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
        });
        let (status, headers, body) = asked.await??;
        let mut told = Response::new(body);
        *told.status_mut() = status;
        *told.headers_mut() = headers;
        Ok(told)
    }
}

/// What sends traces to the collector that the environment names; `None` if it names none.
///
/// # Errors
/// If it names one that cannot be.
pub fn traces(runtime: Handle) -> anyhow::Result<Option<SdkTracerProvider>> {
    let is_named = |name: &&&str| std::env::var_os(**name).is_some_and(|url| !url.is_empty());
    let Some(name) = ENDPOINTS.iter().find(is_named) else { return Ok(None) };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Http { client: outgoing::client(|client| client)?, runtime })
        .build()
        .with_context(|| format!("{name} names no collector that can be reached"))?;
    let mut resource = Resource::builder();
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name(env!("CARGO_PKG_NAME"));
    }
    global::set_text_map_propagator(TraceContextPropagator::new());
    let traces = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource.build())
        .build();
    Ok(Some(traces))
}
