//! What reading declarations shares: the names so far, where findings go, and what is left to be judged.

use super::carries::Carried;
use super::names::Names;
use super::sink::Sink;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::Expression;

/// What is known so far, and what is wrong.
pub struct Resolver<'a> {
    /// Names and what they stand for.
    pub names: Names<'a>,
    /// What is wrong.
    pub sink: Sink,
    /// What the system files ask of their accounts.
    pub wanted: Vec<Wanted>,
    /// Things that are declared twice.
    pub again: Vec<Again>,
    /// Conditions of system files, to be judged once all is known.
    pub conditions: Vec<SystemCondition>,
    /// What accounts carry, to be judged once all is known.
    pub carried: Vec<Carried>,
}

/// A condition that a system file states over a record.
#[derive(Debug)]
pub struct SystemCondition {
    /// The system.
    pub system: String,
    /// The record.
    pub record: String,
    /// The condition.
    pub tree: Expression,
    /// Whether it may read what the record refers to.
    pub reads_on: bool,
}

/// What an account must have, because a call or a webhook of its system asks for it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The system.
    pub system: String,
    /// `secrets.NAME` or `account.NAME`.
    pub name: String,
    /// Where it is named.
    pub span: Span,
}

/// What others name, by a word.
const NAMED: [&str; 4] = ["system", "account", "table", "pipeline"];

/// Something that stands in two places.
#[derive(Clone, Debug)]
pub struct Again {
    /// What it is, with its name.
    pub what: String,
    /// Where it stands again.
    pub span: Span,
    /// Where it stands first.
    pub first: Span,
}

impl Resolver<'_> {
    /// Notes where something is declared; not true where it was before, which is a finding.
    pub fn declare(&mut self, what: &'static str, name: &str, span: Span) -> bool {
        if NAMED.contains(&what) && name.contains(char::is_whitespace) {
            let message = format!("the name of a {what} is one word");
            let finding = Diagnostic::error(Code("type-shape"), message, span, "this is several");
            self.sink.found.push(finding.help("where the next line runs on into the name, its own key is missing"));
        }
        match self.names.declared.get(&(what, name.to_owned())) {
            None => {
                self.names.declared.insert((what, name.to_owned()), span);
                true
            }
            Some(first) => {
                self.again.push(Again { what: format!("{what} `{name}`"), span, first: *first });
                false
            }
        }
    }
}
