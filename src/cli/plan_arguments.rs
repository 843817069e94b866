//! The arguments of what is told before rules serve: `plan` and `replay`.

use std::path::PathBuf;

use clap::Args;

use super::format::Format;

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// Compare everything, not only what changed; other rules than those that served last always are.
    #[arg(long)]
    pub full: bool,
    /// Only this record and its counterpart: ACCOUNT.RECORD/ID, or a text of its own, such as a short number.
    #[arg(long, value_name = "RECORD")]
    pub only: Option<String>,
    /// Keep the plan in a file, for `sync --plan FILE`.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How the plan is written.
    #[arg(long, default_value = "text")]
    pub format: Format,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// Only decisions made since: a day, an instant, or so long ago, such as 2026-03-01 or 12h.
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// How the differences are written.
    #[arg(long, default_value = "text")]
    pub format: Format,
}
