//! Logs go to standard error, as text or JSON, and never hold up or end what they tell of.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::arguments::{Arguments, Command, LogFormat};
use crate::world::log_sink::LogSink;
use crate::world::trace_sink::{TRACE, TraceSink};

/// Where logs and traces go, for the end of the process.
pub struct Sinks {
    log: LogSink,
    traces: Option<TraceSink>,
}

impl Sinks {
    /// Waits a moment for what is still to be written and sent.
    pub fn flush_within_a_moment(&self) {
        if let Some(traces) = &self.traces {
            traces.flush();
        }
        self.log.flush_within_a_moment();
    }
}

/// Starts logging; `PETIOLE_LOG` filters as `tracing` does. None: nothing can be logged.
pub fn start(arguments: &Arguments) -> Option<Sinks> {
    let default = match &arguments.command {
        Command::Run(_) if !arguments.quiet => "petiole=info",
        Command::Run(_) => "petiole=warn",
        // What a simulated service says is in its trace, at its own time.
        Command::Simulate(simulate) if simulate.seeds.is_some() => "off",
        _ => "petiole=error",
    };
    let filter = EnvFilter::try_from_env("PETIOLE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let sink = LogSink::start().ok()?;
    let writer = sink.clone();
    // What cannot be logged is counted by the sink; to complain of it on standard error would end the process there.
    let told = tracing_subscriber::fmt::layer().log_internal_errors(false).with_writer(move || writer.clone());
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let told = match arguments.log_format {
        LogFormat::Json => told.json().with_filter(filter).boxed(),
        LogFormat::Text => told.with_ansi(ansi).with_target(false).with_filter(filter).boxed(),
    };
    let (traces, refused) = match (&arguments.command, TraceSink::start()) {
        (Command::Run(_), Some(Ok(traces))) => (Some(traces), None),
        (Command::Run(_), Some(Err(why))) => (None, Some(why)),
        _ => (None, None),
    };
    // Spans alone are traced, and only those of events: lines of the log stay in the log.
    let spans = Targets::new().with_target(TRACE, LevelFilter::INFO);
    let traced = traces.as_ref().map(|sink| tracing_opentelemetry::layer().with_tracer(sink.tracer()));
    let traced = traced.map(|layer| layer.with_location(false).with_threads(false).with_filter(spans));
    // A second start in one process fails harmlessly: the first one stands.
    let _ = tracing_subscriber::registry().with(told).with(traced).try_init();
    if let Some(why) = refused {
        tracing::error!("no traces are sent: {why}");
    }
    Some(Sinks { log: sink, traces })
}
