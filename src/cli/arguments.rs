//! The command line as types; names are the contract's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use crate::world::Planted;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::arguments_rules::duration;
pub use super::arguments_rules::{
    FindingsFormat, FmtArguments, LintArguments, NewArguments, TestArguments, TestFormat,
};
pub use super::arguments_service::{
    ExplainArguments, FindArguments, HoldArguments, InboxAction, InboxArguments, ReleaseArguments, RetryArguments,
    ServiceArguments, TakeArguments, TapArguments, WhoArguments,
};
pub use super::eval_arguments::EvalArguments;
pub use super::format::Format;
pub use super::lsp::LspArguments;
pub use super::plan_arguments::{PlanArguments, ReplayArguments};
use super::service::Service;
use crate::language::syntax::field_spec::FILE_KINDS;
use crate::simulator::Roof;
use crate::store::open::served_at;
use crate::world::{Environment as _, ProcessEnvironment};

/// Where the service listens where nothing says otherwise.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8787);

const SERVICE_HELP: &str =
    "Where the running service is [default: the one that has the store, else http://127.0.0.1:8787]";

/// Under which heading a command's help has the options that all commands have.
const GLOBAL: &str = "Options of all commands";

/// Joins business systems by rules.
#[derive(Debug, Parser)]
#[command(name = "petiole", version, about, disable_help_subcommand = true, next_help_heading = GLOBAL)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Folder of the rule files.
    #[arg(long, global = true, env = "PETIOLE_RULES", default_value = "rules", value_name = "DIR")]
    pub rules: PathBuf,
    /// Whether the folder was named on the command line.
    #[arg(skip)]
    pub names_rules: bool,
    /// Where state is kept: `sqlite:FILE`, or `postgres://...` for several processes.
    #[arg(long, global = true, env = "PETIOLE_STORE", default_value = "sqlite:petiole.db", value_name = "URL")]
    #[arg(hide_env_values = true)]
    pub store: String,
    /// Whether the store was named, on the command line or by the environment.
    #[arg(skip)]
    pub names_store: bool,
    /// Where the running service is.
    #[arg(long, global = true, env = "PETIOLE_URL", value_name = "URL", help = SERVICE_HELP)]
    pub url: Option<String>,
    /// Whether output is coloured.
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
    /// Print only what was asked for and errors.
    #[arg(long, global = true)]
    pub quiet: bool,
    /// How logs are written to standard error.
    #[arg(long, global = true, default_value = "text", value_name = "FORM")]
    pub log_format: LogFormat,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Arguments {
    /// Where the service is: as said, or the one that has the store, or the address that it has unasked.
    pub fn service_url(&self) -> String {
        let said = self.url.clone().or_else(|| served_at(&self.store));
        said.unwrap_or_else(usual_url)
    }

    /// The service that is to do what a command else does on the store itself. At the address that a service has
    /// unasked it is looked for only where no store is named: another store is none of its business.
    pub fn service(&self) -> Option<Service> {
        let expected = self.url.clone().or_else(|| served_at(&self.store));
        let usual = || (!self.names_store).then(|| Service { url: usual_url(), is_expected: false });
        expected.map(|url| Service { url, is_expected: true }).or_else(usual)
    }

    /// Whether a command or an option is asked for that is still to come.
    pub fn is_later(&self) -> bool {
        match &self.command {
            Command::Simulate(simulate) => simulate.faults.is_some(),
            _ => false,
        }
    }
}

/// Where a service listens unasked: at the address that the environment names for it, else at the usual one.
fn usual_url() -> String {
    let named = ProcessEnvironment.variable("PETIOLE_LISTEN").and_then(|text| text.trim().parse::<SocketAddr>().ok());
    let mut at = named.filter(|at| at.port() != 0).unwrap_or(LISTEN);
    match at.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => at.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => at.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    format!("http://{at}")
}

impl Color {
    /// Whether standard output is to be coloured.
    pub fn on(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                std::io::IsTerminal::is_terminal(&std::io::stdout())
                    && ProcessEnvironment.variable("NO_COLOR").is_none()
                    && ProcessEnvironment.variable("TERM").is_none_or(|terminal| terminal != "dumb")
            }
        }
    }
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show a day of trade between two simulated systems.
    Demo(DemoArguments),
    /// Serve: webhooks in, polling, sync, hot reload.
    Run(RunArguments),
    /// Bring both sides together once and report.
    Sync(SyncArguments),
    /// Check rules, offline.
    Lint(LintArguments),
    /// Health and queues of a running service.
    Status(ServiceArguments),
    /// Parked work: list, show, retry, drop, match, relink; a wrong link: relink, unlink.
    Inbox(InboxArguments),
    /// Serve a simulated system, or run the whole service on a simulated world.
    Simulate(SimulateArguments),
    /// Run the tests beside the rules.
    Test(TestArguments),
    /// What a sync would write, writing nothing.
    Plan(PlanArguments),
    /// Work out an expression as rules would; without one, one after another from a prompt.
    Eval(EvalArguments),
    /// Why a value is what it is: which rule wrote it, who told of the change, and what kept others silent.
    Explain(ExplainArguments),
    /// Past decisions made again by candidate rules, and where they come out otherwise.
    Replay(ReplayArguments),
    /// Records by anything a person holds: a number long or short, a SKU, a license, a name, an e-mail address.
    Find(FindArguments),
    /// Have one record, pipeline or account wait; nothing of it is lost.
    ///
    /// What is told of it meanwhile is kept and done when it goes on; it is still read and listed. What was begun stops
    /// before its next write. It holds through restarts, and for all processes on a shared store. `status` and the
    /// report of `sync` show it.
    Hold(HoldArguments),
    /// What was held goes on.
    Release(ReleaseArguments),
    /// Work that was put off goes now.
    ///
    /// `status` names what was put off, how often it was tried and why it failed. What waits in the inbox is tried
    /// again with `inbox retry`.
    Retry(RetryArguments),
    /// A lost conflict the other way: what gave way when both sides had changed a group of fields is to stand, once.
    ///
    /// The side that lost is given its value back, and the rules carry it over as any change of that side. Where one
    /// side owns the group, nothing can be taken. `explain` shows what gave way, and who took it.
    Take(TakeArguments),
    /// The store itself: everything of it into another one.
    Store(StoreArguments),
    /// What a running service does, as it happens: what it looks at, writes, parks, puts off.
    ///
    /// A slow reader holds up nothing: what is kept for it is bounded, and it says how much was left out.
    Tap(TapArguments),
    /// How the store and the accounts are, and what to do about it; read-only.
    ///
    /// Asks each account with its real credentials, within its budget and with nothing but GET: whether it is reached
    /// and lets us in, whether each kind of record that live pipelines use can be listed and read, what is missing
    /// there, how far its clock is apart, and when a webhook was taken last.
    Doctor(ServiceArguments),
    /// JSON Schema of a kind of rule file, for editors.
    Schema(SchemaArguments),
    /// Canonical layout of rule files; comments and order stay.
    Fmt(FmtArguments),
    /// A small working rule set of two systems, with tests, to start from.
    New(NewArguments),
    /// Language server, for editors: speaks the language server protocol on standard input and output.
    ///
    /// Tells what is wrong while rules are written, in the texts as they are in the editor.
    Lsp(LspArguments),
    /// Completions for a shell.
    Completions(CompletionsArguments),
    /// A page of the manual, for `man`.
    Man(ManArguments),
    /// The version, and which schema of a store it is at home in.
    Version(VersionArguments),
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell; what is printed goes where it looks, such as `/etc/bash_completion.d/petiole`.
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// The key with which such a file begins.
    #[arg(value_name = "KIND", value_parser = clap::builder::PossibleValuesParser::new(FILE_KINDS))]
    pub kind: String,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArguments {
    /// The command whose page it is; without one, that of `petiole`.
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Arguments of `version`.
#[derive(Debug, Args)]
pub struct VersionArguments {
    /// For people or for scripts.
    #[arg(long, default_value = "text", value_name = "FORM")]
    pub format: Format,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// The seed of the world of trade.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// How many orders buyers submit; with `--faults` the seed says what people do.
    #[arg(long, default_value_t = 4)]
    pub orders: usize,
    /// Keep trading until Ctrl-C, with the service's pages to look at it and mend what waits.
    #[arg(long, conflicts_with = "faults")]
    pub serve: bool,
    /// A simulated day with faults, told with how each was mended; the same seed tells the same.
    #[arg(long)]
    pub faults: bool,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, env = "PETIOLE_LISTEN", default_value_t = LISTEN, value_name = "ADDR")]
    pub listen: SocketAddr,
    /// How often changes are looked for, such as 30s [default: 1m].
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub poll_interval: Option<std::time::Duration>,
    /// A name under which `/api` may be asked for, beside addresses and localhost; several with commas.
    #[arg(long = "allowed-host", env = "PETIOLE_ALLOWED_HOSTS", value_delimiter = ',', value_name = "NAME")]
    pub allowed_hosts: Vec<String>,
    /// Do not watch the rule files.
    #[arg(long)]
    pub no_watch: bool,
    /// Refuse to start on the last good rules when the files are invalid.
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `sync`.
#[derive(Debug, Args)]
pub struct SyncArguments {
    /// Compare everything, not only what changed.
    #[arg(long)]
    pub full: bool,
    /// Only this record and its counterpart: ACCOUNT.RECORD/ID, or a text of its own, such as a short number.
    #[arg(long, value_name = "RECORD")]
    pub only: Option<String>,
    /// Confirm what a sweep holds because it would change, create or park too much.
    #[arg(long)]
    pub yes: bool,
    /// Do exactly what this plan says, as `plan --out FILE` wrote it; nothing where world or rules have moved.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["full", "only", "yes"])]
    pub plan: Option<PathBuf>,
    /// How the report is written.
    #[arg(long, default_value = "text")]
    pub format: Format,
}

/// Arguments of `store`.
#[derive(Debug, Args)]
pub struct StoreArguments {
    /// What to do.
    #[command(subcommand)]
    pub action: StoreAction,
}

/// What to do with a store.
#[derive(Debug, Subcommand)]
pub enum StoreAction {
    /// Everything of a stopped store into an empty one, also of another engine; the first stays as it is.
    ///
    /// Links, the inbox, open work, cursors, generations and the journal go over; then both are counted. A copy that
    /// breaks off leaves a store that does not serve: begin it again, and what was there is taken out first.
    Copy {
        /// The store to copy, such as sqlite:petiole.db; no service may have it.
        from: String,
        /// The store to copy it into; it must hold nothing.
        to: String,
        /// How the counts are written.
        #[arg(long, default_value = "text")]
        format: Format,
    },
}

/// Arguments of `simulate`.
#[derive(Debug, Args)]
pub struct SimulateArguments {
    /// Which system is served: a simulator's name, or the path of a system file.
    #[arg(value_name = "SYSTEM|FILE", required_unless_present = "seeds")]
    pub system: Option<String>,
    /// Serve nothing: run the whole service on a simulated world instead, once for each of these seeds.
    ///
    /// Both systems, people, network, store and time are simulated; faults and their order follow from the seed. What
    /// may not be is told with the line that shows it again.
    ///
    /// With other rules than the shipped ones people do what the system files allow, also what those rules were never
    /// meant to join, such as the same match value twice: read the last lines before you call it a fault.
    #[arg(long, value_name = "A..B", value_parser = seeds, conflicts_with = "system")]
    pub seeds: Option<std::ops::RangeInclusive<u64>>,
    /// How many simulated days of trade each seed has before the faults stop.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "seeds")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=365))]
    pub days: u64,
    /// Hold both sides against what the shipped rules promise, too.
    #[arg(long, requires = "seeds")]
    pub shipped: bool,
    /// Plant a fault in the service that is to be found: second-look, sent-again, put-off, parks, cursor, turns. For
    /// those who work on petiole: it shows that the checks can fail.
    #[arg(long, hide = true, requires = "seeds", value_name = "FAULT", value_parser = planted)]
    pub planted: Option<Planted>,
    /// Several accounts in place of the shipped ones, whatever a seed draws: brands, facilities or both. For those who
    /// work on petiole.
    #[arg(long, hide = true, requires = "shipped", value_name = "ACCOUNTS", value_parser = accounts)]
    pub accounts: Option<Roof>,
    /// How many of the last things that happened are shown with what may not be.
    #[arg(long, default_value_t = 40, value_name = "LINES", requires = "seeds")]
    pub trace: usize,
    /// Where to listen; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// The seed of the world of trade; give both systems the same.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Items in the world.
    #[arg(long, default_value_t = 24)]
    pub items: usize,
    /// Customers in the world.
    #[arg(long, default_value_t = 12)]
    pub customers: usize,
    /// Faults from a file (not in this version).
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Where webhooks go.
    #[arg(long, value_name = "URL")]
    pub webhook: Option<String>,
    /// The key that signs webhooks.
    #[arg(long, default_value = "simulated-webhook-key", value_name = "KEY")]
    pub webhook_key: String,
}

fn planted(text: &str) -> Result<Planted, String> {
    Planted::named(text).ok_or_else(|| "there is no such fault to plant".to_owned())
}

fn accounts(text: &str) -> Result<Roof, String> {
    Roof::named(text).ok_or_else(|| "there are no such accounts".to_owned())
}

/// `1..300`, both ends included, or one seed alone.
fn seeds(text: &str) -> Result<std::ops::RangeInclusive<u64>, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (first.parse(), last.trim_start_matches('=').parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok(first..=last),
        _ => Err("write the first and the last seed, such as 1..300".to_owned()),
    }
}
