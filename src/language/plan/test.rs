//! A rule test: what is given, what changes, and what must come of it.
//!
//! Names, fields and values are those of the system files; nothing here is run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::account::{Carries, Setting};
use super::action::Action;
use super::rule_line::RuleLine;
use super::system::RecordType;
use crate::diagnostic::Span;
use crate::value::Record;

/// A rule test.
#[derive(Debug)]
pub struct RuleTest {
    /// What it shows, in the author's words.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// The line of the name.
    pub line: RuleLine,
    /// Records that exist before anything happens.
    pub given: Vec<TestRecord>,
    /// Whether records that match are linked and in step.
    pub linked: bool,
    /// Settings that differ, by dotted name.
    pub settings: BTreeMap<String, Setting>,
    /// Accounts that differ or are added.
    pub accounts: Vec<TestAccount>,
    /// What people change or make. None, and nothing gone: the given records are looked at for the first time.
    pub when: Vec<TestRecord>,
    /// What people take away.
    pub gone: Vec<GoneRecord>,
    /// What the peers must hold afterwards.
    pub then: Vec<Expectation>,
    /// The writes that petiole must make.
    pub calls: Option<Calls>,
    /// What must be parked.
    pub parked: Option<Words>,
    /// What must be told.
    pub told: Option<Words>,
    /// That no write may happen, and where it is said.
    pub nothing: Option<Span>,
}

/// A record in a test. Only what the author wrote; the rest gets defaults.
#[derive(Clone, Debug)]
pub struct TestRecord {
    /// The account that has it.
    pub account: String,
    /// Its type.
    pub record: Arc<RecordType>,
    /// Its fields, each of its declared kind.
    pub fields: Record,
    /// Where it stands.
    pub span: Span,
}

/// An account as a test has it.
#[derive(Debug)]
pub struct TestAccount {
    /// Its name.
    pub name: String,
    /// Its system; `None`: the account exists.
    pub system: Option<String>,
    /// Properties that differ.
    pub properties: BTreeMap<String, Setting>,
    /// What it carries, where that differs; inside, `None`: everything.
    pub carries: Option<Option<Carries>>,
    /// Settings that differ for it, by dotted name.
    pub settings: BTreeMap<String, Setting>,
}

/// What one kind of records must be at one account.
#[derive(Debug)]
pub struct Expectation {
    /// The account.
    pub account: String,
    /// The record type.
    pub record: Arc<RecordType>,
    /// Each must be there; none: there is no such record at all.
    pub records: Vec<TestRecord>,
    /// Whether they are a list: then they are all that are made.
    pub listed: bool,
    /// Whether these are all records, with all their fields.
    pub exactly: bool,
    /// Where it is said.
    pub span: Span,
}

/// The writes that a test expects.
#[derive(Debug)]
pub struct Calls {
    /// How many.
    pub count: usize,
    /// Which, in order; `None`: only the number counts.
    pub list: Option<Vec<ExpectedCall>>,
    /// Where it is said.
    pub span: Span,
}

/// A write that a test expects.
#[derive(Debug)]
pub struct ExpectedCall {
    /// What is done.
    pub action: Action,
    /// The record and what is written to it, as far as it is said.
    pub record: TestRecord,
}

/// A record that people take away in a test.
#[derive(Debug)]
pub struct GoneRecord {
    /// The account that had it.
    pub account: String,
    /// Its type.
    pub record: Arc<RecordType>,
    /// Its key; `None`: it is the only one.
    pub key: Option<String>,
    /// Where it is said.
    pub span: Span,
}

/// What a test expects people to be told, in words of it or by its code.
#[derive(Debug)]
pub struct Words {
    /// Each is told; `None`: anything is.
    pub texts: Option<Vec<String>>,
    /// Whether they are all that is told.
    pub listed: bool,
    /// Where it is said.
    pub span: Span,
}
