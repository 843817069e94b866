//! One file per command; no logic of its own.
//!
//! Reads arguments, calls the rooms, prints, and gives an exit code.

pub mod arguments;
pub mod demo;
mod demo_acts;
pub mod demo_story;
pub mod exit_code;
pub mod inbox;
pub mod lint;
pub mod logging;
pub mod progress;
pub mod rule_set;
pub mod run;
pub mod service;
pub mod simulate;
pub mod status;
pub mod sync;
pub mod test;

use clap::Parser as _;

use arguments::{Arguments, Command};

/// Runs the command line; the answer is the process's exit code.
pub fn main() -> u8 {
    let arguments = match Arguments::try_parse() {
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

fn begin(arguments: &Arguments) -> u8 {
    end_quietly_when_nobody_reads();
    if let Command::Lint(lint) = &arguments.command {
        return lint::lint(arguments, lint);
    }
    if let Command::Test(one) = &arguments.command {
        return test::test(arguments, one);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("petiole: {error}");
            return exit_code::FAILED;
        }
    };
    runtime.block_on(dispatch(arguments))
}

async fn dispatch(arguments: &Arguments) -> u8 {
    match &arguments.command {
        Command::Demo(demo) => demo::demo(arguments, demo).await,
        Command::Run(run) => run::run(arguments, run).await,
        Command::Sync(sync) => sync::sync(arguments, sync).await,
        Command::Lint(lint) => lint::lint(arguments, lint),
        Command::Status(at) => status::status(arguments, at).await,
        Command::Inbox(inbox) => inbox::inbox(arguments, inbox).await,
        Command::Simulate(simulate) => simulate::simulate(arguments, simulate).await,
        Command::Test(one) => test::test(arguments, one),
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
