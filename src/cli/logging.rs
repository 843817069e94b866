//! Logs go to standard error, as text or JSON.

use tracing_subscriber::EnvFilter;

use super::arguments::{Arguments, Command, LogFormat};

/// Starts logging; `PETIOLE_LOG` filters as `tracing` does.
pub fn start(arguments: &Arguments) {
    let default = match arguments.command {
        Command::Run(_) if !arguments.quiet => "petiole=info",
        Command::Run(_) => "petiole=warn",
        _ => "petiole=error",
    };
    let filter = EnvFilter::try_from_env("PETIOLE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    // A second start in one process fails harmlessly: the first one stands.
    let _ = match arguments.log_format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(ansi).with_target(false).try_init(),
    };
}
