//! The lines of pipelines and tables to trees: arrow rules, rows, `with:` entries.
//!
//! pest's rules do not leave this file. Expressions inside are handed to the expression parser
//! with their place.

use std::ops::Range;

use pest::Parser;
use pest::error::{Error, InputLocation};
use pest::iterators::Pair;

use super::arrow::Arrow;
use super::expression::{Expression, Name};
use super::expression_parser::{self, Origin};
use super::modifier_advice::{odd_modifier, odd_or};
use super::rule_advice::{CODE, ENTRY, ENTRY_WORDS, misspelt, odd_arrow, squeezed_arrow, surplus, unfinished};
use super::rule_quick::{self, CellCut, ModifierCut, RowCut, RuleCut};
use super::yaml::Scalar;
use crate::diagnostic::{Diagnostic, Span};

mod grammar {
    #![allow(missing_docs, unreachable_pub, reason = "made by pest")]
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/rule.pest"]
    pub(super) struct RuleGrammar;
}
use grammar::{Rule, RuleGrammar};

/// `left arrow right modifiers`
#[derive(Clone, Debug)]
pub struct ArrowRule {
    /// Left of the arrow.
    pub left: Expression,
    /// Right of it.
    pub right: Expression,
    /// Its direction.
    pub arrow: Arrow,
    /// Both sides as they are written, blanks made one: what names the rule when lines move.
    pub text: [String; 2],
    /// What follows.
    pub modifiers: Modifiers,
    /// The whole line.
    pub span: Span,
}

/// What may follow the two sides.
#[derive(Clone, Debug, Default)]
pub struct Modifiers {
    /// `via table T`
    pub table: Option<Name>,
    /// `via pipeline P`
    pub pipeline: Option<Name>,
    /// `by [a, b]`
    pub key: Option<Vec<Name>>,
    /// `as NAME`
    pub alias: Option<Name>,
    /// `on create`
    pub on_create: bool,
    /// `always`
    pub always: bool,
    /// `or clear`
    pub or_clear: bool,
    /// `also when gone`
    pub also_when_gone: bool,
    /// `reported once`
    pub reported_once: bool,
    /// `when COND`
    pub when: Option<Expression>,
    /// `unless COND`
    pub unless: Option<Expression>,
    /// `because TEXT`
    pub because: Option<String>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct RowLine {
    /// Left values, each with its spellings.
    pub left: Vec<Vec<Name>>,
    /// Right values.
    pub right: Vec<Vec<Name>>,
    /// The arrow.
    pub arrow: Arrow,
    /// `from STATES`
    pub from: Vec<Name>,
    /// `on create`
    pub on_create: bool,
    /// `because TEXT`
    pub because: Option<String>,
    /// The whole line.
    pub span: Span,
}

/// `system.record of every account where COND, at most one`
#[derive(Clone, Debug)]
pub struct WithLine {
    /// The system.
    pub system: Name,
    /// The record type.
    pub record: Name,
    /// Whether it is a list.
    pub many: bool,
    /// Whether `of every account` is said.
    pub every_account: bool,
    /// Whether `at most one` is said.
    pub at_most_one: bool,
    /// The condition.
    pub condition: Expression,
    /// `or made by FIELDS`
    pub made: Option<Expression>,
}

/// Parses an arrow rule.
///
/// # Errors
/// A finding at the place that does not fit.
pub fn arrow_rule(scalar: &Scalar) -> Result<ArrowRule, Diagnostic> {
    match rule_quick::rule(&scalar.text) {
        Some(cut) => advised(scalar, Line(scalar).rule(cut)),
        None => arrow_rule_by_grammar(scalar),
    }
}

/// Parses an arrow rule by the grammar alone.
///
/// # Errors
/// A finding at the place that does not fit.
pub fn arrow_rule_by_grammar(scalar: &Scalar) -> Result<ArrowRule, Diagnostic> {
    advised(scalar, rule_of_grammar(scalar))
}

/// What was read; where it was not, or is what no rule says, with what was meant.
fn advised(scalar: &Scalar, read: Result<ArrowRule, Diagnostic>) -> Result<ArrowRule, Diagnostic> {
    match read {
        Ok(rule) if rule.arrow != Arrow::Left => odd_or(scalar, &rule.right).map_or(Ok(rule), Err),
        _ => read.map_err(|finding| odd_arrow(scalar).or_else(|| odd_modifier(scalar)).unwrap_or(finding)),
    }
}

fn rule_of_grammar(scalar: &Scalar) -> Result<ArrowRule, Diagnostic> {
    let line = Line(scalar);
    let whole = line.parse(Rule::field_rule)?;
    let mut sides = Vec::new();
    let mut texts = Vec::new();
    let mut arrow = Arrow::Right;
    let mut modifiers = Modifiers::default();
    for pair in whole.into_inner() {
        match pair.as_rule() {
            Rule::side => {
                texts.push(pair.as_str().split_whitespace().collect::<Vec<_>>().join(" "));
                sides.push(line.expression(&pair)?);
            }
            Rule::arrow => arrow = arrow_of(pair.as_str()),
            Rule::modifier => line.modifier(pair, &mut modifiers)?,
            _ => {}
        }
    }
    line.reason(modifiers.because.is_some())?;
    let mut sides = sides.into_iter();
    match (sides.next(), sides.next(), <[String; 2]>::try_from(texts)) {
        (Some(left), Some(right), Ok(text)) => Ok(ArrowRule { left, right, arrow, text, modifiers, span: scalar.span }),
        _ => Err(line.refuse(0, "a rule has two sides", "here")),
    }
}

/// Parses a table row.
///
/// # Errors
/// A finding at the place that does not fit.
pub fn row(scalar: &Scalar) -> Result<RowLine, Diagnostic> {
    match rule_quick::row(&scalar.text) {
        Some(cut) => one_arrow(scalar, Line(scalar).row(cut)),
        None => row_by_grammar(scalar),
    }
}

/// A row whose arrow was not cut in two, with a piece of it taken for a value.
fn one_arrow(scalar: &Scalar, read: Result<RowLine, Diagnostic>) -> Result<RowLine, Diagnostic> {
    let is_whole = read.as_ref().is_ok_and(|row| {
        let begins = row.right.iter().flatten().any(|name| name.text.starts_with("> "));
        !begins && !row.left.iter().flatten().any(|name| name.text.ends_with(" <"))
    });
    if is_whole { read } else { odd_arrow(scalar).map_or(read, Err) }
}

/// Parses a table row by the grammar alone.
///
/// # Errors
/// A finding at the place that does not fit.
pub fn row_by_grammar(scalar: &Scalar) -> Result<RowLine, Diagnostic> {
    one_arrow(scalar, row_of_grammar(scalar))
}

fn row_of_grammar(scalar: &Scalar) -> Result<RowLine, Diagnostic> {
    let line = Line(scalar);
    let whole = line.parse(Rule::row)?;
    let mut cells = Vec::new();
    let mut row = RowLine {
        left: Vec::new(),
        right: Vec::new(),
        arrow: Arrow::Right,
        from: Vec::new(),
        on_create: false,
        because: None,
        span: scalar.span,
    };
    for pair in whole.into_inner() {
        match pair.as_rule() {
            Rule::cell => cells.push(line.cell(pair)),
            Rule::arrow => row.arrow = arrow_of(pair.as_str()),
            Rule::row_modifier => {
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::on_create => row.on_create = true,
                        Rule::because => {
                            row.because = inner.into_inner().next().map(|reason| reason.as_str().trim().to_owned());
                        }
                        _ => row.from = inner.into_inner().flat_map(|cell| line.cell(cell)).flatten().collect(),
                    }
                }
            }
            _ => {}
        }
    }
    line.reason(row.because.is_some())?;
    let mut cells = cells.into_iter();
    row.left = cells.next().unwrap_or_default();
    row.right = cells.next().unwrap_or_default();
    Ok(row)
}

/// Parses a `with:` entry.
///
/// # Errors
/// A finding at the place that does not fit.
pub fn with_line(scalar: &Scalar) -> Result<WithLine, Diagnostic> {
    let line = Line(scalar);
    let whole = line.parse(Rule::with_line)?;
    let (mut system, mut record, mut condition, mut made) = (None, None, None, None);
    let (mut many, mut every_account, mut at_most_one) = (false, false, false);
    for pair in whole.into_inner() {
        match pair.as_rule() {
            Rule::system_name => system = Some(line.name(&pair)),
            Rule::record_name => record = Some(line.name(&pair)),
            Rule::many => many = true,
            Rule::every_account => every_account = true,
            Rule::at_most_one => at_most_one = true,
            Rule::or_made => {
                if let Some(fields) = pair.into_inner().next() {
                    made = Some(line.expression(&fields)?);
                }
            }
            Rule::with_condition => condition = Some(line.expression(&pair)?),
            _ => {}
        }
    }
    match (system, record, condition) {
        (Some(system), Some(record), Some(condition)) => {
            Ok(WithLine { system, record, many, every_account, at_most_one, condition, made })
        }
        _ => Err(line.refuse(0, "an entry reads `system.record where CONDITION, at most one`", "here")),
    }
}

/// Parses text that is one expression.
///
/// # Errors
/// A finding at the place that does not fit.
pub fn expression(scalar: &Scalar) -> Result<Expression, Diagnostic> {
    let map = |at: usize| scalar.offset(at);
    expression_parser::parse(&scalar.text, &Origin { file: scalar.span.file, map: &map })
}

/// How a line is kept whole that has in it what YAML cuts at.
pub fn whole(at: &str) -> String {
    format!(
        "leave `{at}` out, or write the whole line in single quotes: `- '…{at}…'`; a quote inside it is written twice"
    )
}

fn arrow_of(text: &str) -> Arrow {
    match text {
        "->" => Arrow::Right,
        "<-" => Arrow::Left,
        _ => Arrow::Both,
    }
}

struct Line<'a>(&'a Scalar);

impl<'a> Line<'a> {
    fn parse(&self, rule: Rule) -> Result<Pair<'a, Rule>, Diagnostic> {
        let text = &self.0.text;
        let parsed = RuleGrammar::parse(rule, text).map_err(|error| self.explain(&error, rule))?;
        parsed.into_iter().next().ok_or_else(|| self.refuse(0, "nothing stands here", "here"))
    }

    fn refuse(&self, at: usize, message: &str, label: &str) -> Diagnostic {
        let end = self.0.text.get(at..).and_then(|rest| rest.find(' ')).map_or(self.0.text.len(), |blank| at + blank);
        Diagnostic::error(CODE, message, self.0.part(at, end.max(at)), label)
    }

    fn explain(&self, error: &Error<Rule>, rule: Rule) -> Diagnostic {
        let text = self.0.text.as_str();
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
        };
        let arrows = [" -> ", " <- ", " <-> "];
        if !arrows.iter().any(|arrow| text.contains(arrow))
            && let Some(cut) = self.cut_short(text)
        {
            return cut;
        }
        if let Some(help) = unfinished(text) {
            return self.refuse(at, "the line ends before it is whole", "nothing behind this").help(help);
        }
        if let Some(closed) = surplus(self.0) {
            return closed;
        }
        if rule == Rule::with_line {
            let word = text.get(at..).unwrap_or_default().split_whitespace().next().unwrap_or("the end");
            let finding = self.refuse(at, &format!("`{word}` does not fit here"), "not understood");
            return misspelt(self.0, at, &ENTRY_WORDS).unwrap_or_else(|| finding.help(ENTRY));
        }
        if !arrows.iter().any(|arrow| text.contains(arrow)) {
            return squeezed_arrow(self.0).unwrap_or_else(|| {
                Diagnostic::error(CODE, "this rule has no arrow", self.0.span, "no `->`, `<-` or `<->` here")
                    .help("write `source -> target`, `field <- constant` or `field <-> field`")
            });
        }
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
            let count = |letter: char| text.matches(letter).count();
            if let Some(place) = text.rfind(open).filter(|_| count(open) > count(close)) {
                let message = format!("a `{open}` is not closed");
                let finding = Diagnostic::error(CODE, message, self.0.part(place, place + 1), "opened here");
                return finding.help(format!("close the `{open}` with `{close}`"));
            }
        }
        if let Some(place) = text.rfind('"').filter(|_| text.matches('"').count() % 2 == 1) {
            let finding = Diagnostic::error(CODE, "a quote is not closed", self.0.part(place, place + 1), "here");
            return finding.help("close the text with a quote `\"`, or take this one out");
        }
        let word = text.get(at..).unwrap_or_default().trim_start();
        let at = text.len() - word.len();
        let word = word.split_whitespace().next().unwrap_or_default();
        let message = format!("`{word}` does not fit here");
        self.refuse(at, &message, "not understood").help(
            "after the two sides may stand: via table T, via pipeline P, by [KEY], on create, always, or clear, \
             also when gone, reported once, when CONDITION, unless CONDITION, because TEXT; in tables: from STATES, on \
             create, because TEXT",
        )
    }

    /// A reason runs to the end of the line, and YAML ends the line before that.
    fn reason(&self, is_given: bool) -> Result<(), Diagnostic> {
        let Some(span) = self.0.cut.filter(|_| is_given) else { return Ok(()) };
        let message = "YAML takes ` #` for the beginning of a comment, and the reason ends before it";
        Err(Diagnostic::error(CODE, message, span, "not read")
            .help(format!("{}; a comment stands two blanks away: `  # …`", whole(" #"))))
    }

    /// A text that ends inside a quote or bracket: YAML cut a comment or a key out of it.
    fn cut_short(&self, text: &str) -> Option<Diagnostic> {
        let opened = |open: char, close: char| {
            text.rfind(open).filter(|_| text.matches(open).count() > text.matches(close).count())
        };
        let quote = text.rfind('"').filter(|_| text.matches('"').count() % 2 == 1);
        let place = quote.or_else(|| opened('(', ')')).or_else(|| opened('[', ']'))?;
        let message = "YAML ends this text before it is closed";
        let finding = Diagnostic::error(CODE, message, self.0.part(place, place + 1), "opened here");
        let closing = match text.get(place..=place).unwrap_or_default() {
            "(" => "close the `(` with `)`",
            "[" => "close the `[` with `]`",
            _ => "close the text with a quote `\"`",
        };
        let help = "where `: ` or ` #` stands inside a rule, write the whole rule in single quotes";
        Some(finding.help(format!("{closing}; {help}")))
    }

    fn expression(&self, pair: &Pair<'_, Rule>) -> Result<Expression, Diagnostic> {
        let start = pair.as_span().start();
        let map = |at: usize| self.0.offset(start + at);
        expression_parser::parse(pair.as_str().trim_end(), &Origin { file: self.0.span.file, map: &map })
    }

    fn expression_at(&self, range: Range<usize>) -> Result<Expression, Diagnostic> {
        let start = range.start;
        let map = |at: usize| self.0.offset(start + at);
        let text = self.0.text.get(range).unwrap_or_default();
        expression_parser::parse(text, &Origin { file: self.0.span.file, map: &map })
    }

    fn name_at(&self, range: Range<usize>) -> Name {
        self.0.named(range.start, range.end)
    }

    /// A rule whose parts stand there.
    fn rule(&self, cut: RuleCut) -> Result<ArrowRule, Diagnostic> {
        let written = |range: &Range<usize>| self.0.text.get(range.clone()).unwrap_or_default();
        let text = [&cut.left, &cut.right].map(|side| written(side).split_whitespace().collect::<Vec<_>>().join(" "));
        let arrow = arrow_of(written(&cut.arrow));
        let (left, right) = (self.expression_at(cut.left)?, self.expression_at(cut.right)?);
        let mut modifiers = Modifiers::default();
        for modifier in cut.modifiers {
            match modifier {
                ModifierCut::Table(name) => modifiers.table = Some(self.name_at(name)),
                ModifierCut::Pipeline(name) => modifiers.pipeline = Some(self.name_at(name)),
                ModifierCut::OnCreate => modifiers.on_create = true,
                ModifierCut::Always => modifiers.always = true,
                ModifierCut::When(side) => modifiers.when = Some(self.expression_at(side)?),
                ModifierCut::Unless(side) => modifiers.unless = Some(self.expression_at(side)?),
                ModifierCut::Because(reason) => modifiers.because = Some(written(&reason).trim().to_owned()),
            }
        }
        self.reason(modifiers.because.is_some())?;
        Ok(ArrowRule { left, right, arrow, text, modifiers, span: self.0.span })
    }

    /// A row whose parts stand there.
    fn row(&self, cut: RowCut) -> Result<RowLine, Diagnostic> {
        let written = |range: Range<usize>| self.0.text.get(range).unwrap_or_default();
        let cell = |cell: CellCut| -> Vec<Vec<Name>> {
            cell.into_iter().map(|value| value.into_iter().map(|range| self.name_at(range)).collect()).collect()
        };
        self.reason(cut.because.is_some())?;
        Ok(RowLine {
            left: cell(cut.left),
            right: cell(cut.right),
            arrow: arrow_of(written(cut.arrow)),
            from: cell(cut.from).into_iter().flatten().collect(),
            on_create: cut.on_create,
            because: cut.because.map(|reason| written(reason).trim().to_owned()),
            span: self.0.span,
        })
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        let span = pair.as_span();
        let text = pair.as_str().trim();
        let plain = text.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\''])).unwrap_or(text);
        Name { text: plain.to_owned(), span: self.0.part(span.start(), span.start() + text.len()) }
    }

    fn cell(&self, pair: Pair<'_, Rule>) -> Vec<Vec<Name>> {
        pair.into_inner().map(|value| value.into_inner().map(|spelling| self.name(&spelling)).collect()).collect()
    }

    fn modifier(&self, pair: Pair<'_, Rule>, modifiers: &mut Modifiers) -> Result<(), Diagnostic> {
        for inner in pair.into_inner() {
            let rule = inner.as_rule();
            let twice = match rule {
                Rule::via_table | Rule::via_pipeline => modifiers.table.is_some() || modifiers.pipeline.is_some(),
                Rule::on_create | Rule::always => modifiers.on_create || modifiers.always,
                Rule::condition => modifiers.when.is_some(),
                Rule::exception => modifiers.unless.is_some(),
                _ => false,
            };
            if twice {
                let word = inner.as_str().split_whitespace().next().unwrap_or_default();
                let message = format!("`{word}` says it a second time");
                let finding = self.refuse(inner.as_span().start(), &message, "again here");
                return Err(finding.help("a rule has one `via`, one `on create` or `always`, one `when`, one `unless`"));
            }
            let mut parts = inner.into_inner();
            match rule {
                Rule::via_table => modifiers.table = parts.next().map(|word| self.name(&word)),
                Rule::via_pipeline => modifiers.pipeline = parts.next().map(|word| self.name(&word)),
                Rule::by_key => {
                    let mut names = Vec::new();
                    for part in parts {
                        match part.as_rule() {
                            Rule::alias => modifiers.alias = part.into_inner().next().map(|word| self.name(&word)),
                            _ => names.push(self.name(&part)),
                        }
                    }
                    modifiers.key = Some(names);
                }
                Rule::because => modifiers.because = parts.next().map(|reason| reason.as_str().trim().to_owned()),
                Rule::on_create => modifiers.on_create = true,
                Rule::always => modifiers.always = true,
                Rule::or_clear => modifiers.or_clear = true,
                Rule::also_when_gone => modifiers.also_when_gone = true,
                Rule::reported_once => modifiers.reported_once = true,
                Rule::condition => modifiers.when = parts.next().map(|side| self.expression(&side)).transpose()?,
                Rule::exception => modifiers.unless = parts.next().map(|side| self.expression(&side)).transpose()?,
                _ => {}
            }
        }
        Ok(())
    }
}
