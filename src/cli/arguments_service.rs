//! The command line of what is asked of a running service, or of its store, as types.

use clap::{Args, Subcommand};

use super::format::Format;

/// How a service's answer is shown.
#[derive(Debug, Args)]
pub struct ServiceArguments {
    /// How the answer is written.
    #[arg(long, global = true, default_value = "text")]
    pub format: Format,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The record: ACCOUNT.RECORD/ID, SYSTEM.RECORD/ID where the system has one account, or what people call it, such
    /// as a short number.
    pub record: String,
    /// One of its fields, such as status; all that rules carry where none is given.
    pub field: Option<String>,
    /// Show word by word what was sent for it and what came back, each call as a line for a shell; in the place of a
    /// secret stands the variable that it came from.
    #[arg(long)]
    pub calls: bool,
    /// Print what was written or parked for it as rule tests, to be kept beside the rules.
    #[arg(long, conflicts_with_all = ["field", "calls", "format"])]
    pub as_test: bool,
    /// How the answer is shown.
    #[command(flatten)]
    pub service: ServiceArguments,
}

/// Arguments of `tap`.
#[derive(Debug, Args)]
pub struct TapArguments {
    /// Only of this account's records.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Only of this record, or of all of its kind: ACCOUNT.RECORD/ID or ACCOUNT.RECORD.
    #[arg(long, value_name = "RECORD")]
    pub record: Option<String>,
    /// Only of this pipeline.
    #[arg(long, value_name = "PIPELINE")]
    pub pipeline: Option<String>,
    /// How it is shown; as JSON, one line for each.
    #[command(flatten)]
    pub service: ServiceArguments,
}

/// Arguments of `hold`.
#[derive(Debug, Args)]
pub struct HoldArguments {
    /// A record (ACCOUNT.RECORD/ID, or a text of its own), a pipeline or an account.
    #[arg(value_name = "RECORD|PIPELINE|ACCOUNT")]
    pub target: String,
    /// How long, such as 2h, or until when, such as 2026-12-01 (UTC); until `release` where it is not said.
    #[arg(long, value_name = "DATE|DURATION")]
    pub until: Option<String>,
    /// Why, for whoever sees it in `status`.
    #[arg(long, value_name = "TEXT")]
    pub because: Option<String>,
    /// How the answer is shown.
    #[command(flatten)]
    pub service: ServiceArguments,
}

/// Arguments of `release`.
#[derive(Debug, Args)]
pub struct ReleaseArguments {
    /// What is held, by the name that `status` shows.
    #[arg(value_name = "RECORD|PIPELINE|ACCOUNT")]
    pub target: String,
    /// How the answer is shown.
    #[command(flatten)]
    pub service: ServiceArguments,
}

/// Arguments of `retry`.
#[derive(Debug, Args)]
pub struct RetryArguments {
    /// A record (ACCOUNT.RECORD/ID, or a text of its own), a pipeline or an account.
    #[arg(value_name = "RECORD|PIPELINE|ACCOUNT", required_unless_present = "all")]
    pub target: Option<String>,
    /// All that was put off.
    #[arg(long, conflicts_with = "target")]
    pub all: bool,
    /// How the answer is shown.
    #[command(flatten)]
    pub service: ServiceArguments,
}

/// Who says something, and why, for the history of records.
#[derive(Debug, Args)]
pub struct WhoArguments {
    /// Who says so, for the record's history.
    #[arg(long, env = "USER", hide_env_values = true, value_name = "NAME", default_value = "a person")]
    pub by: String,
    /// Why, for the record's history.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub because: String,
}

/// Arguments of `take`.
#[derive(Debug, Args)]
pub struct TakeArguments {
    /// The record: ACCOUNT.RECORD/ID, or what people call it, such as a short number; either of the two.
    pub record: String,
    /// The group of fields, as the rules name it, such as payment_term.
    pub group: String,
    /// Who says so, and why.
    #[command(flatten)]
    pub who: WhoArguments,
    /// How the answer is shown.
    #[command(flatten)]
    pub service: ServiceArguments,
}

/// Arguments of `find`.
#[derive(Debug, Args)]
pub struct FindArguments {
    /// What is looked for: the whole of it or its beginning, or a word of a name. Case does not matter.
    pub text: String,
    /// How the answer is shown.
    #[command(flatten)]
    pub service: ServiceArguments,
}

/// Arguments of `inbox`.
#[derive(Debug, Args)]
pub struct InboxArguments {
    /// How the answer is shown.
    #[command(flatten)]
    pub service: ServiceArguments,
    /// What to do.
    #[command(subcommand)]
    pub action: InboxAction,
}

/// What to do with parked work.
#[derive(Debug, Subcommand)]
pub enum InboxAction {
    /// All entries.
    List,
    /// One entry, or those of a record.
    Show {
        /// Its number; or a record, or what people call it: all entries of that and of its counterparts.
        #[arg(value_name = "ID|RECORD")]
        id: String,
    },
    /// Try again now.
    Retry {
        /// Its number; or a record, or what people call it.
        #[arg(value_name = "ID|RECORD")]
        id: Option<String>,
        /// All entries.
        #[arg(long, conflicts_with = "id", required_unless_present = "id")]
        all: bool,
    },
    /// Take out until the record changes again.
    Drop {
        /// Its number; or a record, or what people call it.
        #[arg(value_name = "ID|RECORD")]
        id: String,
    },
    /// Say which record is the counterpart that was not found.
    Match {
        /// Its number; or a record, or what people call it: the entry of that for want of a counterpart.
        #[arg(value_name = "ID|RECORD")]
        id: String,
        /// The counterpart: ACCOUNT.RECORD/ID, its id alone, or what people call it.
        target: String,
    },
    /// Say which record takes the place of a counterpart that is gone, or of a wrong one.
    ///
    /// What was remembered of the old pair is dropped: the new one is decided on afresh, and so are the records that
    /// were linked wrongly.
    Relink {
        /// The number of the entry that tells of it; or a record that is linked wrongly, or what people call it.
        #[arg(value_name = "ID|RECORD")]
        id: String,
        /// The right counterpart: ACCOUNT.RECORD/ID, its id alone, or what people call it.
        target: String,
        /// Who says so, and why.
        #[command(flatten)]
        who: WhoArguments,
    },
    /// Take a wrong link back: both records are decided on afresh, and may meet others.
    ///
    /// Where the rules match the two they would be linked again; then mend what they are matched by, or say with
    /// `relink` which the right counterpart is.
    Unlink {
        /// One of the two: ACCOUNT.RECORD/ID, or what people call it.
        record: String,
        /// The other one, where it is linked with several.
        other: Option<String>,
        /// Who says so, and why.
        #[command(flatten)]
        who: WhoArguments,
    },
}
