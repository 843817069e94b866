//! Where traces go: to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, as OTLP over HTTP, in batches and from a
//! thread of their own.
//!
//! What cannot be sent is dropped and told once; it never holds up what it tells of. The further variables of the
//! OpenTelemetry specification (`OTEL_SERVICE_NAME`, `OTEL_EXPORTER_OTLP_HEADERS`, …) are heeded.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request as Asked, Response as Heard};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use super::http_transport::HttpTransport;
use super::transport::{Method, Request, Transport as _};

/// Under which name spans are made: one for each event, and inside it those of its decisions, effects and calls.
pub const TRACE: &str = "trace";

/// The variables that name a collector.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// How long one batch may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes spans.
#[derive(Debug)]
pub struct TraceSink(SdkTracerProvider);

impl TraceSink {
    /// Starts to send, where a collector is named.
    ///
    /// # Errors
    /// Why nothing can be sent there.
    pub fn start() -> Option<Result<Self, String>> {
        let is_set = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
        let is_off = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        ENDPOINTS.iter().any(|name| is_set(name)).then_some(())?;
        (!is_off).then(Self::begin)
    }

    fn begin() -> Result<Self, String> {
        let collector = Collector::new()?;
        let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        let exporter = exporter.with_http_client(collector).with_timeout(PATIENCE);
        let exporter = exporter.build().map_err(|error| error.to_string())?;
        let resource = Resource::builder();
        let named = std::env::var("OTEL_SERVICE_NAME").is_ok_and(|name| !name.is_empty());
        let resource = if named { resource } else { resource.with_service_name("petiole") };
        let resource = resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// What makes spans.
    pub fn tracer(&self) -> SdkTracer {
        self.0.tracer("petiole")
    }

    /// Sends what is still to be sent, for a moment.
    pub fn flush(&self) {
        let _ = self.0.shutdown();
    }
}

/// The way to the collector. It has a small runtime of its own: batches are sent from a thread that has none.
#[derive(Debug)]
struct Collector {
    transport: HttpTransport,
    runtime: tokio::runtime::Runtime,
    is_away: AtomicBool,
}

impl Collector {
    fn new() -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let transport = HttpTransport::new().map_err(|error| error.to_string())?;
        Ok(Self { transport, runtime, is_away: AtomicBool::default() })
    }

    /// Tells once that the collector is away, and once that it is back.
    fn note(&self, trouble: Option<&str>) {
        let was_away = self.is_away.swap(trouble.is_some(), Ordering::AcqRel);
        match trouble {
            Some(trouble) if !was_away => tracing::warn!("traces cannot be sent, and are dropped: {trouble}"),
            None if was_away => tracing::info!("traces are sent again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, asked: Asked<Bytes>) -> Result<Heard<Bytes>, HttpError> {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let request = Request {
            method: Method::Post,
            url: asked.uri().to_string(),
            headers: asked.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
            body: asked.into_body().to_vec(),
            timeout: PATIENCE,
        };
        let answer = self.runtime.block_on(self.transport.send(request)).inspect_err(|error| {
            self.note(Some(&error.to_string()));
        })?;
        let is_taken = (200..300).contains(&answer.status);
        self.note((!is_taken).then(|| format!("the collector answers {}", answer.status)).as_deref());
        let mut heard = Heard::builder().status(answer.status);
        for (name, value) in &answer.headers {
            heard = heard.header(name, value);
        }
        Ok(heard.body(Bytes::from(answer.body))?)
    }
}
