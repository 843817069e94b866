//! Logs go to standard error, as text or JSON, and never hold up or end what they tell of.

use tracing_subscriber::EnvFilter;

use super::arguments::{Arguments, Command, LogFormat};
use crate::world::log_sink::LogSink;

/// Starts logging; `PETIOLE_LOG` filters as `tracing` does. None: nothing can be logged.
pub fn start(arguments: &Arguments) -> Option<LogSink> {
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
    let builder = tracing_subscriber::fmt()
        .log_internal_errors(false)
        .with_env_filter(filter)
        .with_writer(move || writer.clone());
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    // A second start in one process fails harmlessly: the first one stands.
    let _ = match arguments.log_format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(ansi).with_target(false).try_init(),
    };
    Some(sink)
}
