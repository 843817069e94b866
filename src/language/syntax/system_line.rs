//! The lines of system files to trees: field specs and calls.

use jiff::tz::TimeZone;
use pest::Parser;
use pest::error::InputLocation;
use pest::iterators::Pair;

use super::expression::Expression;
use super::expression_parser::{self, Origin};
use super::yaml::Scalar;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::value::{Notation, notation};

mod grammar {
    #![allow(missing_docs, unreachable_pub, reason = "made by pest")]
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/system.pest"]
    pub(super) struct SystemGrammar;
}
use grammar::{Rule, SystemGrammar};

/// The words of a field's line.
pub const FIELD_WORDS: [&str; 38] = [
    "uuid",
    "text",
    "integer",
    "decimal",
    "money",
    "bool",
    "timestamp",
    "date",
    "record",
    "enum",
    "list",
    "of",
    "as",
    "read",
    "write",
    "only",
    "required",
    "on",
    "create",
    "update",
    "when",
    "at",
    "or",
    "in",
    "header",
    "body",
    "together",
    "with",
    "max",
    "always",
    "null",
    "left",
    "assumed",
    "seconds",
    "milliseconds",
    "minor",
    "units",
    "comma",
];

/// What a field holds, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// `text`, `uuid`, `decimal`, …
    Simple(String),
    /// `enum [A, B]`
    Enumeration(Vec<String>),
    /// `list of text`
    List(String),
    /// `list of -> record`
    References(String),
    /// `-> record as {key}`
    Reference(String, Option<String>),
    /// `money as {amount, currency}`
    Money(String, String),
}

/// A field spec.
#[derive(Clone, Debug)]
pub struct FieldLine {
    /// What it holds.
    pub kind: FieldKind,
    /// How it is spelt, where not as others are.
    pub notation: Option<Notation>,
    /// `at path or path`
    pub at: Vec<String>,
    /// `at header NAME`
    pub at_header: Option<String>,
    /// `in header NAME`
    pub header: Option<String>,
    /// `in body PATH`
    pub body: Option<String>,
    /// `in body PATH as TYPE`
    pub body_kind: Option<String>,
    /// `together with FIELD`
    pub together: Option<String>,
    /// `read only`
    pub read_only: bool,
    /// `write only`
    pub write_only: bool,
    /// `required on create`
    pub required_on_create: bool,
    /// `required when COND`, and the condition as it is written
    pub required_when: Option<(Expression, String)>,
    /// `write on create` or `write on update`
    pub write_on: Option<String>,
    /// `max N`
    pub max: Option<usize>,
    /// `always` (false) or `always or null` (true)
    pub always: Option<bool>,
    /// `left out when empty`
    pub sparse: bool,
    /// `assumed`
    pub assumed: bool,
}

impl FieldLine {
    /// A field of which nothing is said.
    pub fn of_any_kind() -> Self {
        Self {
            kind: FieldKind::Simple("any".to_owned()),
            notation: None,
            at: Vec::new(),
            at_header: None,
            header: None,
            body: None,
            body_kind: None,
            together: None,
            read_only: false,
            write_only: false,
            required_on_create: false,
            required_when: None,
            write_on: None,
            max: None,
            always: None,
            sparse: false,
            assumed: false,
        }
    }
}

/// Decimal places of the amounts of most currencies.
const MINOR_PLACES: u32 = 2;

/// The most decimal places that an amount in minor units has.
const MINOR_PLACES_MAX: u32 = 6;

/// Kinds that are a word.
const SIMPLE_KINDS: [&str; 10] =
    ["uuid", "text", "integer", "decimal", "money", "bool", "timestamp", "date", "record", "any"];

/// Parses a field spec.
///
/// # Errors
/// A finding at the place that does not fit.
pub fn field(scalar: &Scalar) -> Result<FieldLine, Diagnostic> {
    match quick(&scalar.text) {
        Some(line) => Ok(line),
        None => field_by_grammar(scalar),
    }
}

/// A field spec of which every part is one that says all by itself; any other is the grammar's.
fn quick(text: &str) -> Option<FieldLine> {
    let mut parts = text.split(", ");
    let kind = parts.next().filter(|kind| SIMPLE_KINDS.contains(kind))?;
    let mut line = FieldLine { kind: FieldKind::Simple(kind.to_owned()), ..FieldLine::of_any_kind() };
    for part in parts {
        match part {
            "read only" => line.read_only = true,
            "write only" => line.write_only = true,
            "required on create" => line.required_on_create = true,
            "always" => line.always = Some(false),
            "always or null" => line.always = Some(true),
            "left out when empty" => line.sparse = true,
            "assumed" => line.assumed = true,
            _ => return None,
        }
    }
    Some(line)
}

/// Parses a field spec by the grammar alone.
///
/// # Errors
/// A finding at the place that does not fit.
pub fn field_by_grammar(scalar: &Scalar) -> Result<FieldLine, Diagnostic> {
    let whole = parse(
        Rule::field,
        scalar,
        "a field reads `TYPE, MODIFIER, …`: uuid, text, integer, decimal, money, bool, timestamp, date, record, \
         enum [A, B], list of TYPE, -> RECORD; `timestamp as seconds` or `in ZONE`, `money in minor units`, `decimal \
         with comma`, `bool as {YES, NO}`; then read only, write only, required on create, required when \
         CONDITION, write on create, at PATH or PATH, at header NAME, in header NAME, in body PATH as TYPE, \
         together with FIELD, max N, always, always or null, left out when empty",
    )?;
    let mut line = FieldLine::of_any_kind();
    for pair in whole.into_inner() {
        match pair.as_rule() {
            Rule::kind => kind(scalar, pair, &mut line)?,
            Rule::modifier => {
                for modifier in pair.into_inner() {
                    apply(scalar, modifier, &mut line)?;
                }
            }
            _ => {}
        }
    }
    Ok(line)
}

/// Parses `GET /path?query`: the method and the target.
///
/// # Errors
/// A finding at the place that does not fit.
pub fn call(scalar: &Scalar) -> Result<(String, String), Diagnostic> {
    let whole = parse(Rule::call, scalar, "a call reads `GET /path/{field}?name={value}`")?;
    let mut parts = whole.into_inner().map(|pair| pair.as_str().to_owned());
    Ok((parts.next().unwrap_or_default(), parts.next().unwrap_or_default()))
}

fn parse<'a>(rule: Rule, scalar: &'a Scalar, help: &str) -> Result<Pair<'a, Rule>, Diagnostic> {
    let refuse = |at: usize| {
        let at = at.min(scalar.text.len());
        let near = suggest::slip(&scalar.text, at, &FIELD_WORDS).filter(|_| rule == Rule::field);
        if let Some((start, end, meant)) = near {
            let message = format!("`{}` does not fit here", scalar.text.get(start..end).unwrap_or_default());
            let span = scalar.part(start, end);
            return Diagnostic::error(Code("syntax-system"), message, span, "not understood").write(meant);
        }
        let word = scalar.text.get(at..).unwrap_or_default().split([' ', ',']).next().unwrap_or_default();
        let span = scalar.part(at, at + word.len());
        Diagnostic::error(Code("syntax-system"), format!("`{word}` does not fit here"), span, "not understood")
            .help(help)
    };
    let parsed = SystemGrammar::parse(rule, &scalar.text).map_err(|error| match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => refuse(at),
    })?;
    parsed.into_iter().next().ok_or_else(|| refuse(0))
}

fn kind(scalar: &Scalar, pair: Pair<'_, Rule>, line: &mut FieldLine) -> Result<(), Diagnostic> {
    for inner in pair.into_inner() {
        let text = inner.as_str().to_owned();
        let rule = inner.as_rule();
        let mut at = Vec::new();
        let mut words = Vec::new();
        let mut referred = None;
        for part in inner.into_inner() {
            match part.as_rule() {
                Rule::refers => referred = part.into_inner().next().map(|word| word.as_str().to_owned()),
                Rule::at => at = part.into_inner().map(|path| path.as_str().to_owned()).collect(),
                Rule::epoch | Rule::local | Rule::minor | Rule::comma | Rule::words => {
                    line.notation = Some(notation(scalar, part)?);
                }
                _ => words.push(part.as_str().trim().to_owned()),
            }
        }
        let mut words = words.into_iter();
        let mut next = || words.next().unwrap_or_default();
        line.kind = match rule {
            Rule::enumeration => FieldKind::Enumeration(words.collect()),
            Rule::list_of => referred.map_or_else(|| FieldKind::List(next()), FieldKind::References),
            Rule::reference => FieldKind::Reference(next(), words.next()),
            Rule::money => FieldKind::Money(next(), next()),
            Rule::noted => FieldKind::Simple(next()),
            _ => FieldKind::Simple(text.trim().to_owned()),
        };
        line.at.extend(at);
    }
    Ok(())
}

/// How a value is spelt.
fn notation(scalar: &Scalar, pair: Pair<'_, Rule>) -> Result<Notation, Diagnostic> {
    let rule = pair.as_rule();
    let mut words = pair.into_inner();
    let mut next = || words.next().map(|word| (word.as_str().trim().to_owned(), word.as_span().start()));
    let (first, at) = next().unwrap_or_default();
    let refuse = |message: String, help: String| {
        let span = scalar.part(at, at + first.len());
        Err(Diagnostic::error(Code("unknown-value"), message, span, "unknown").help(help))
    };
    match rule {
        Rule::epoch if first == "seconds" => Ok(Notation::Seconds),
        Rule::epoch => Ok(Notation::Milliseconds),
        Rule::comma => Ok(Notation::Comma),
        Rule::minor if first.is_empty() => Ok(Notation::MinorUnits(MINOR_PLACES)),
        Rule::minor => match first.parse() {
            Ok(places) if places <= MINOR_PLACES_MAX => Ok(Notation::MinorUnits(places)),
            _ => refuse(
                format!("no amount has {first} places behind its point"),
                format!("write how many it has, from 0 to {MINOR_PLACES_MAX}; `in minor units` alone has two"),
            ),
        },
        Rule::local => match TimeZone::get(&first) {
            Ok(zone) => Ok(Notation::Local(zone)),
            Err(_) => {
                let zones = notation::zones();
                let near = suggest::help(&first, zones.iter().map(String::as_str));
                let span = scalar.part(at, at + first.len());
                let message = format!("there is no time zone `{first}`");
                Err(Diagnostic::error(Code("unknown-value"), message, span, "unknown").helped(near))
            }
        },
        _ => {
            let (no, _) = next().unwrap_or_default();
            if first == no {
                let message = format!("`{first}` cannot stand for true and for false");
                return refuse(message, "write the word for true and then the one for false".to_owned());
            }
            Ok(Notation::Words(first, no))
        }
    }
}

fn apply(scalar: &Scalar, modifier: Pair<'_, Rule>, line: &mut FieldLine) -> Result<(), Diagnostic> {
    let rule = modifier.as_rule();
    if rule == Rule::required_when {
        for condition in modifier.into_inner() {
            let start = condition.as_span().start();
            let map = |at: usize| scalar.offset(start + at);
            let origin = Origin { file: scalar.span.file, map: &map };
            let text = condition.as_str().trim_end();
            line.required_when = Some((expression_parser::parse(text, &origin)?, text.to_owned()));
        }
        return Ok(());
    }
    let span = scalar.part(modifier.as_span().start(), modifier.as_span().end());
    let mut words = modifier.into_inner().map(|inner| inner.as_str().trim().to_owned());
    if rule == Rule::at {
        line.at = words.collect();
        return Ok(());
    }
    let word = words.next();
    match rule {
        Rule::at_header => line.at_header = word,
        Rule::in_header => line.header = word,
        Rule::in_body => (line.body, line.body_kind) = (word, words.next()),
        Rule::together => line.together = word,
        Rule::always => line.always = Some(word.is_some()),
        Rule::sparse => line.sparse = true,
        Rule::read_only => line.read_only = true,
        Rule::write_only => line.write_only = true,
        Rule::required_on_create => line.required_on_create = true,
        Rule::write_on => line.write_on = word,
        Rule::max => {
            line.max = word.and_then(|number| number.parse().ok());
            if line.max == Some(0) {
                let finding = Diagnostic::error(Code("type-number"), "a field of `max 0` holds nothing", span, "here");
                return Err(finding.help("write `max 1` or more, or leave `max` out"));
            }
        }
        _ => line.assumed = true,
    }
    Ok(())
}
