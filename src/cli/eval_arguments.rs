//! The arguments of `eval`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub struct EvalArguments {
    /// The expression, such as `order.total * 1.06`; without one, lines are read until there is none.
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    pub expression: Option<String>,
    /// A file with a JSON object: its fields are the names; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,
}
