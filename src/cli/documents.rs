//! `petiole completions`, `man`, `version` and `schema`: what shells, `man`, scripts and editors want to know of this
//! program and of its files. Reads no rules and no store.

use std::io::{self, Write as _};

use clap_mangen::Man;
use serde_json::json;

use super::arguments::{CompletionsArguments, Format, ManArguments, SchemaArguments, VersionArguments};
use super::exit_code;
use crate::store::open::schemas;
use crate::view::schema::schema as schema_of;

/// Prints what a shell runs to complete petiole's words.
pub(super) fn completions(mut command: clap::Command, asked: &CompletionsArguments) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut command, "petiole", &mut script);
    printed(&script)
}

/// Prints a page of the manual.
pub(super) fn man(command: clap::Command, asked: &ManArguments) -> u8 {
    let mut pages = pages(command).into_iter();
    let name = asked.command.as_ref().map_or_else(|| "petiole".to_owned(), |name| format!("petiole-{name}"));
    let Some((_, page)) = pages.find(|(known, _)| *known == name) else {
        eprintln!(
            "petiole: there is no command `{}`; `petiole --help` names them",
            asked.command.as_deref().unwrap_or_default()
        );
        return exit_code::USAGE;
    };
    let mut text = Vec::new();
    match page.render(&mut text) {
        Ok(()) => printed(&text),
        Err(error) => {
            eprintln!("petiole: {error}");
            exit_code::FAILED
        }
    }
}

/// Prints which version this is, and which schema of a store it is at home in.
pub(super) fn version(asked: &VersionArguments) -> u8 {
    let version = env!("CARGO_PKG_VERSION");
    match asked.format {
        Format::Text => println!("petiole {version}"),
        Format::Json => {
            let of_engines: serde_json::Map<_, _> =
                schemas().into_iter().map(|(engine, number)| (engine.to_owned(), json!(number))).collect();
            println!("{}", json!({ "name": "petiole", "version": version, "schemas": of_engines }));
        }
    }
    exit_code::OK
}

/// Prints the JSON Schema of a kind of rule file.
pub(super) fn schema(asked: &SchemaArguments) -> u8 {
    // The command line takes no other kinds than there are.
    let text = schema_of(&asked.kind).map(|schema| format!("{schema:#}\n")).unwrap_or_default();
    printed(text.as_bytes())
}

/// The page of the program and one for each command, by name.
fn pages(mut command: clap::Command) -> Vec<(String, Man)> {
    // Only then do the commands know that they are petiole's.
    command.build();
    let of = |one: &clap::Command| (one.get_display_name().unwrap_or(one.get_name()).to_owned(), Man::new(one.clone()));
    let own: Vec<_> = command.get_subcommands().map(of).collect();
    std::iter::once(of(&command)).chain(own).collect()
}

fn printed(text: &[u8]) -> u8 {
    match io::stdout().write_all(text) {
        Ok(()) => exit_code::OK,
        Err(_) => exit_code::NOBODY_READS,
    }
}
