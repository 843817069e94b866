//! One file per command; no logic of its own.
//!
//! Reads arguments, calls the rooms, prints, and gives an exit code.

pub mod arguments;
pub mod arguments_rules;
pub mod arguments_service;
pub mod demo;
mod demo_acts;
mod demo_faults;
mod demo_serve;
pub mod demo_story;
mod doctor;
mod documents;
mod eval;
mod eval_arguments;
pub mod eval_prompt;
pub mod exit_code;
mod explain;
mod find;
mod fmt;
mod format;
mod holding;
pub mod inbox;
mod kept_rules;
pub mod lint;
mod lint_fix;
pub mod logging;
mod lsp;
mod mutate;
mod new;
mod plan;
mod plan_arguments;
pub mod progress;
mod replay;
pub mod run;
pub mod service;
pub mod simulate;
mod simulate_seeds;
pub mod status;
mod store;
pub mod sync;
mod taking;
mod tap;
pub mod test;

use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _};

use arguments::{Arguments, Command};

use crate::language::script::limits::WORKER_STACK_BYTES;
use crate::world::threads;

/// Runs the command line; the answer is the process's exit code.
pub fn main() -> u8 {
    let arguments = match asked() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, anything else is wrong usage.
            let code = if error.use_stderr() { exit_code::USAGE } else { exit_code::OK };
            let _ = error.print();
            return code;
        }
    };
    if arguments.is_later() {
        return later();
    }
    let log = logging::start(&arguments);
    let code = begin(&arguments);
    if let Some(log) = log {
        log.flush_within_a_moment();
    }
    code
}

/// What is read from the environment alone, for help.
const ENVIRONMENT: &str = "Environment:\n  PETIOLE_ADMIN_TOKEN  what /api asks for: the service checks it, the \
                           commands that talk to a service send it\n  PETIOLE_LOG          what is logged, such as \
                           `debug` or `petiole=debug`\n  OTEL_EXPORTER_OTLP_ENDPOINT  where `run` sends traces, \
                           one for each event; nothing: nowhere\n";

fn asked() -> Result<Arguments, clap::Error> {
    let matches = command_line().try_get_matches()?;
    let names_rules = matches.value_source("rules") == Some(ValueSource::CommandLine);
    let names_store = matches.value_source("store") != Some(ValueSource::DefaultValue);
    Ok(Arguments { names_rules, names_store, ..Arguments::from_arg_matches(&matches)? })
}

/// The command line, its help with exit codes and environment.
fn command_line() -> clap::Command {
    let names = exit_code::OF_COMMANDS.iter().map(|(name, _)| *name);
    // A value from the environment may hold a password.
    let hidden = |arg: clap::Arg| arg.hide_env_values(true);
    let whole = Arguments::command().mut_args(hidden);
    let whole = whole.after_help(format!("{}\n{ENVIRONMENT}", exit_code::help(None)));
    names.fold(whole, |command, name| {
        let with_codes = |one: clap::Command| one.mut_args(hidden).after_help(exit_code::help(Some(name)));
        command.mut_subcommand(name, |one| with_codes(one).mut_subcommands(with_codes))
    })
}

fn begin(arguments: &Arguments) -> u8 {
    end_quietly_when_nobody_reads();
    if let Command::Lint(lint) = &arguments.command {
        return lint::lint(arguments, lint);
    }
    match &arguments.command {
        Command::Fmt(one) => return fmt::fmt(arguments, one),
        Command::New(one) => return new::new(one),
        Command::Completions(one) => return documents::completions(command_line(), one),
        Command::Man(one) => return documents::man(command_line(), one),
        Command::Version(one) => return documents::version(one),
        Command::Schema(one) => return documents::schema(one),
        Command::Eval(one) => return eval::eval(arguments, one),
        Command::Lsp(_) => return lsp::lsp(),
        _ => {}
    }
    if let Command::Test(one) = &arguments.command {
        return test::test(arguments, one);
    }
    if let Command::Simulate(one) = &arguments.command
        && let Some(seeds) = &one.seeds
    {
        return simulate_seeds::simulate_seeds(arguments, one, seeds.clone());
    }
    if let Command::Demo(demo) = &arguments.command
        && demo.faults
    {
        return demo_faults::demo_faults(arguments, demo);
    }
    threads::on_all(WORKER_STACK_BYTES, dispatch(arguments)).unwrap_or_else(|error| {
        eprintln!("petiole: {error}");
        exit_code::FAILED
    })
}

async fn dispatch(arguments: &Arguments) -> u8 {
    match &arguments.command {
        Command::Demo(demo) => demo::demo(arguments, demo).await,
        Command::Run(run) => run::run(arguments, run).await,
        Command::Sync(sync) => sync::sync(arguments, sync).await,
        Command::Plan(wish) => plan::plan(arguments, wish).await,
        Command::Replay(wish) => replay::replay(arguments, wish).await,
        Command::Lint(lint) => lint::lint(arguments, lint),
        Command::Status(at) => status::status(arguments, at).await,
        Command::Inbox(inbox) => inbox::inbox(arguments, inbox).await,
        Command::Simulate(simulate) => simulate::simulate(arguments, simulate).await,
        Command::Explain(one) => explain::explain(arguments, one).await,
        Command::Find(one) => find::find(arguments, one).await,
        Command::Test(one) => test::test(arguments, one),
        Command::Store(store) => store::store(arguments, store).await,
        Command::Tap(tap) => tap::tap(arguments, tap).await,
        Command::Hold(hold) => holding::hold(arguments, hold).await,
        Command::Release(release) => holding::release(arguments, release).await,
        Command::Retry(retry) => holding::retry(arguments, retry).await,
        Command::Take(take) => taking::take(arguments, take).await,
        Command::Doctor(at) => doctor::doctor(arguments, at).await,
        _ => later(),
    }
}

fn later() -> u8 {
    eprintln!("petiole: not in this version");
    exit_code::USAGE
}

/// A reader that goes away (`petiole lint | head -1`) is no fault: the process ends as other programs do then.
fn end_quietly_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let said = info.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to") && said.contains("Broken pipe") {
            std::process::exit(exit_code::NOBODY_READS.into());
        }
        usual(info);
    }));
}
