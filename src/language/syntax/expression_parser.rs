//! Expression text to its tree. pest's rules do not leave this file.
//!
//! Positions are mapped into the user's file, through quoting and block scalars. Says what was
//! expected in plain words.

use std::cell::Cell;

use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};
use pest::iterators::Pair;

use super::expression::{Expression, ExpressionKind, Name, Operator, PathExpression, Step};
use super::expression_advice::{Change, Told, advice, then};
pub use super::expression_origin::Origin;
use super::expression_quick;
use super::expression_scan::{CONDITIONS_MAX, DEPTH_MAX, OPERATORS_MAX, STEPS_MAX, Scan};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::value::{Segment, Value, decimal};

/// The longest expression, in bytes.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

const CODE: Code = Code("syntax-expression");

mod grammar {
    #![allow(missing_docs, unreachable_pub, reason = "made by pest")]
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/expression.pest"]
    pub(super) struct ExpressionGrammar;
}
use grammar::{ExpressionGrammar, Rule};

/// Parses a whole expression.
///
/// # Errors
/// A diagnostic at the first place that does not fit.
pub fn parse(text: &str, origin: &Origin<'_>) -> Result<Expression, Diagnostic> {
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the expression is longer than {TEXT_BYTES_MAX} bytes");
        return Err(too_much(message, origin.span(0, 1)));
    }
    let scan = Scan::of(text);
    if let Some(at) = scan.too_deep {
        return Err(too_deep(origin.span(at, at + 1)));
    }
    if let Some(at) = scan.open_text {
        let quote = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('"');
        let finding = Diagnostic::error(CODE, "a text is not closed", origin.span(at, at + 1), "it begins here");
        return Err(finding.help(format!("write `{quote}` where it ends")));
    }
    match expression_quick::parse(text, origin) {
        Some(whole) => Ok(whole),
        None => by_grammar(text, origin),
    }
}

/// Parses what is short enough and nests little enough, by the grammar alone.
///
/// # Errors
/// A diagnostic at the first place that does not fit.
pub fn by_grammar(text: &str, origin: &Origin<'_>) -> Result<Expression, Diagnostic> {
    let mut pairs = ExpressionGrammar::parse(Rule::whole, text).map_err(|error| explain(text, &error, origin))?;
    let builder = Builder { origin, operators: Cell::new(0), conditions: Cell::new(0) };
    let whole = pairs.next().and_then(|whole| whole.into_inner().next());
    let whole = whole.ok_or_else(|| misread(origin.span(0, text.len())))?;
    builder.expression(whole)
}

fn too_deep(span: Span) -> Diagnostic {
    too_much(format!("the expression nests deeper than {DEPTH_MAX} levels"), span)
}

fn too_much(message: String, span: Span) -> Diagnostic {
    Diagnostic::error(CODE, message, span, "too much from here on").help("split it, or write a function in a script")
}

/// The grammar gave a tree of another shape than this file expects.
fn misread(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, "this is no expression", span, "here")
}

fn explain(text: &str, error: &Error<Rule>, origin: &Origin<'_>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
    };
    let found = token(text.get(at..).unwrap_or_default());
    let span = origin.span(at, at + found.len());
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else { return too_deep(span) };
    let open = Scan::of(text.get(..at).unwrap_or_default()).open();
    let expected = expected(positives, open.map(|(bracket, _)| bracket));
    let found = if found.is_empty() { "the end".to_owned() } else { format!("`{found}`") };
    let mut finding =
        Diagnostic::error(CODE, format!("expected {expected} and found {found}"), span, "does not fit here");
    let asks = Some(expected.as_str()).filter(|word| found == "`?`" && *word == "`then`");
    finding = match asks.map(|_| then(at)).or_else(|| advice(text, at)) {
        Some(Told { help, change: Some(Change { at, end, answer }) }) => {
            finding.help(help).edit(origin.span(at, end), answer)
        }
        Some(told) => finding.help(told.help),
        None => finding,
    };
    match open.filter(|_| at == text.len()) {
        Some((bracket, start)) => {
            let help = format!("close the `{bracket}` with `{}`", closing(bracket));
            finding.label(origin.span(start, start + 1), "opened here").help(help)
        }
        None => finding,
    }
}

fn closing(bracket: char) -> char {
    if bracket == '(' { ')' } else { ']' }
}

/// The word, the number or the mark that a text begins with.
fn token(rest: &str) -> &str {
    const SHOWN_MAX: usize = 24;
    let class = |letter: char| match letter {
        '_' => 1,
        letter if letter.is_alphanumeric() => 1,
        '=' | '<' | '>' | '!' | '&' | '|' | '?' => 2,
        _ => 0,
    };
    let Some(first) = rest.chars().next() else { return "" };
    if class(first) == 0 {
        return rest.get(..first.len_utf8()).unwrap_or_default();
    }
    let end = rest.char_indices().take(SHOWN_MAX).take_while(|(_, letter)| class(*letter) == class(first)).last();
    rest.get(..end.map_or(0, |(at, letter)| at + letter.len_utf8())).unwrap_or_default()
}

fn expected(positives: &[Rule], open: Option<char>) -> String {
    let has = |rules: &[Rule]| rules.iter().any(|rule| positives.contains(rule));
    let words: Vec<&str> = [(Rule::kw_then, "`then`"), (Rule::kw_else, "`else`")]
        .iter()
        .filter(|(rule, _)| positives.contains(rule))
        .map(|(_, word)| *word)
        .collect();
    if let Some(word) = words.first() {
        (*word).to_owned()
    } else if has(&[Rule::literal, Rule::primary, Rule::expression, Rule::postfix, Rule::decimal]) {
        "a value".to_owned()
    } else if has(&[Rule::EOI, Rule::compare_op, Rule::sum_op, Rule::product_op, Rule::kw_or, Rule::kw_and]) {
        match open {
            Some(bracket) => format!("an operator, `,` or `{}`", closing(bracket)),
            None => "an operator or the end".to_owned(),
        }
    } else if has(&[Rule::index, Rule::each]) {
        "an index or `]`".to_owned()
    } else if has(&[Rule::text]) {
        "a text".to_owned()
    } else if has(&[Rule::name]) {
        "a name".to_owned()
    } else {
        "a value".to_owned()
    }
}

/// The parts of a pair; asking for one that is not there is a finding.
struct Parts<'a> {
    pairs: pest::iterators::Pairs<'a, Rule>,
    span: Span,
}

impl<'a> Parts<'a> {
    fn take(&mut self) -> Result<Pair<'a, Rule>, Diagnostic> {
        self.pairs.next().ok_or_else(|| misread(self.span))
    }
}

struct Builder<'a> {
    origin: &'a Origin<'a>,
    /// How many operators there were.
    operators: Cell<usize>,
    /// Conditions of `where` around the part that is read now.
    conditions: Cell<usize>,
}

impl Builder<'_> {
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.origin.span(span.start(), span.start() + pair.as_str().trim_end().len())
    }

    fn parts<'b>(&self, pair: Pair<'b, Rule>) -> Parts<'b> {
        Parts { span: self.span(&pair), pairs: pair.into_inner() }
    }

    /// Rules that hold only another are passed by in a loop, so that a level of brackets costs
    /// few stack frames.
    fn expression(&self, mut pair: Pair<'_, Rule>) -> Result<Expression, Diagnostic> {
        loop {
            let span = self.span(&pair);
            let mut inner = pair.clone().into_inner();
            match (pair.as_rule(), inner.next(), inner.next()) {
                (Rule::choice, ..) => return self.choice(pair, span),
                (Rule::park, ..) => return self.park(pair, span),
                (Rule::postfix, ..) => return self.postfix(pair, span),
                (Rule::negation, Some(_), Some(operand)) => return self.prefixed(operand, span, ExpressionKind::Not),
                (Rule::unary, Some(_), Some(operand)) => return self.prefixed(operand, span, ExpressionKind::Negate),
                (Rule::filtered, Some(list), Some(_)) => return self.filtered((list, inner), span),
                (_, Some(only), None) => pair = only,
                (_, Some(_), Some(_)) => return self.binary(pair),
                (_, None, _) => return Err(misread(span)),
            }
        }
    }

    fn choice(&self, pair: Pair<'_, Rule>, span: Span) -> Result<Expression, Diagnostic> {
        let mut parts = pair.into_inner().filter(|part| part.as_rule() == Rule::expression);
        let mut next = || self.expression(parts.next().ok_or_else(|| misread(span))?);
        let kind = ExpressionKind::Choice(Box::new([next()?, next()?, next()?]));
        Ok(Expression { kind, span })
    }

    fn park(&self, pair: Pair<'_, Rule>, span: Span) -> Result<Expression, Diagnostic> {
        let text = pair.into_inner().find(|part| part.as_rule() == Rule::text).ok_or_else(|| misread(span))?;
        Ok(Expression { kind: ExpressionKind::Park(self.unquoted(&text)?), span })
    }

    fn prefixed(
        &self,
        operand: Pair<'_, Rule>,
        span: Span,
        wrap: fn(Box<Expression>) -> ExpressionKind,
    ) -> Result<Expression, Diagnostic> {
        Ok(Expression { kind: wrap(Box::new(self.expression(operand)?)), span })
    }

    fn filtered(
        &self,
        (list, mut rest): (Pair<'_, Rule>, pest::iterators::Pairs<'_, Rule>),
        span: Span,
    ) -> Result<Expression, Diagnostic> {
        let condition = rest.next().ok_or_else(|| misread(span))?;
        let list = Box::new(self.expression(list)?);
        let outer = self.conditions.replace(self.conditions.get() + 1);
        if outer >= CONDITIONS_MAX {
            let message =
                format!("`where` stands inside the condition of another `where` more than {CONDITIONS_MAX} deep");
            return Err(too_much(message, span));
        }
        let condition = Box::new(self.expression(condition)?);
        self.conditions.set(outer);
        Ok(Expression { kind: ExpressionKind::Filter(list, condition), span })
    }

    /// `a op b op c`, leftmost first.
    fn binary(&self, pair: Pair<'_, Rule>) -> Result<Expression, Diagnostic> {
        let mut operator = match pair.as_rule() {
            Rule::disjunction => Operator::Or,
            Rule::conjunction => Operator::And,
            _ => Operator::Else,
        };
        let mut parts = self.parts(pair);
        let mut whole = self.expression(parts.take()?)?;
        for part in parts.pairs {
            match part.as_rule() {
                Rule::kw_or | Rule::kw_and => continue,
                Rule::compare_op | Rule::sum_op | Rule::product_op => {
                    operator = operator_of(&part);
                    continue;
                }
                _ => {}
            }
            let right = self.expression(part)?;
            self.operators.set(self.operators.get() + 1);
            if self.operators.get() > OPERATORS_MAX {
                return Err(too_much(format!("the expression has more than {OPERATORS_MAX} operators"), right.span));
            }
            let span = whole.span.to(right.span);
            whole = Expression { kind: ExpressionKind::Binary(operator, Box::new(whole), Box::new(right)), span };
        }
        Ok(whole)
    }

    fn postfix(&self, pair: Pair<'_, Rule>, span: Span) -> Result<Expression, Diagnostic> {
        let mut parts = self.parts(pair);
        let primary = self.parts(parts.take()?).take()?;
        let mut steps = Vec::new();
        let start = self.span(&primary);
        if primary.as_rule() == Rule::element {
            steps.extend(primary.clone().into_inner().next().map(|name| {
                let segment = Segment::Field(name.as_str().into());
                Step { segment, span: self.span(&name) }
            }));
        }
        for step in parts.pairs {
            steps.push(self.step(step)?);
            if let Some(step) = steps.get(STEPS_MAX) {
                return Err(too_much(format!("a path has more than {STEPS_MAX} steps"), step.span));
            }
        }
        if matches!(primary.as_rule(), Rule::head | Rule::element) {
            let named = primary.as_rule() == Rule::head;
            let head = named.then(|| Name { text: primary.as_str().to_owned(), span: start });
            let segments = steps.iter().map(|step| step.segment.clone()).collect();
            return Ok(Expression { kind: ExpressionKind::Path(PathExpression { head, steps, segments }), span });
        }
        let kind = self.primary(primary)?;
        if steps.is_empty() {
            return Ok(Expression { kind, span });
        }
        let base = Box::new(Expression { kind, span: start });
        Ok(Expression { kind: ExpressionKind::Steps(base, steps), span })
    }

    fn primary(&self, primary: Pair<'_, Rule>) -> Result<ExpressionKind, Diagnostic> {
        match primary.as_rule() {
            Rule::literal => Ok(ExpressionKind::Literal(self.literal(&self.parts(primary).take()?)?)),
            Rule::list => Ok(ExpressionKind::List(self.all(primary.into_inner())?)),
            Rule::call => {
                let mut parts = self.parts(primary);
                let name = parts.take()?;
                let function = Name { text: name.as_str().to_owned(), span: self.span(&name) };
                Ok(ExpressionKind::Call(function, self.all(parts.pairs)?))
            }
            _ => Ok(self.expression(self.parts(primary).take()?)?.kind),
        }
    }

    fn all(&self, pairs: pest::iterators::Pairs<'_, Rule>) -> Result<Vec<Expression>, Diagnostic> {
        pairs.map(|part| self.expression(part)).collect()
    }

    fn step(&self, pair: Pair<'_, Rule>) -> Result<Step, Diagnostic> {
        let inner = self.parts(pair).take()?;
        let span = self.span(&inner);
        let segment = match inner.as_rule() {
            Rule::name => Segment::Field(inner.as_str().into()),
            Rule::index => Segment::Index(inner.as_str().parse().map_err(|_| misread(span))?),
            _ => Segment::Each,
        };
        Ok(Step { segment, span })
    }

    fn literal(&self, pair: &Pair<'_, Rule>) -> Result<Value, Diagnostic> {
        let text = pair.as_str();
        Ok(match pair.as_rule() {
            Rule::text => Value::text(self.unquoted(pair)?),
            Rule::truth => Value::Bool(text == "true"),
            Rule::integer | Rule::decimal => match text.parse() {
                Ok(number) => Value::Integer(number),
                Err(_) => decimal::parse(text).map(Value::Decimal).ok_or_else(|| {
                    let message = "a number has more digits than can be kept exactly";
                    Diagnostic::error(CODE, message, self.span(pair), "this number").help("write at most 28 digits")
                })?,
            },
            _ => Value::Null,
        })
    }

    /// A text without its quotes. Single quotes take everything as it stands.
    fn unquoted(&self, pair: &Pair<'_, Rule>) -> Result<String, Diagnostic> {
        let text = pair.as_str();
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        if text.starts_with('\'') {
            return Ok(inner.to_owned());
        }
        let mut plain = String::new();
        let mut letters = inner.char_indices();
        while let Some((at, letter)) = letters.next() {
            plain.push(match (letter, letter == '\\') {
                (_, false) => letter,
                _ => match letters.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, 't')) => '\t',
                    Some((_, mark @ ('"' | '\\'))) => mark,
                    other => {
                        let other = other.map_or(' ', |(_, letter)| letter);
                        let start = pair.as_span().start() + 1 + at;
                        let span = self.origin.span(start, start + 1 + other.len_utf8());
                        let message = format!("`\\{other}` stands for nothing in a text");
                        let help = format!(
                            "write `\\\\{other}`, or single quotes around the text, which take everything as it stands"
                        );
                        return Err(Diagnostic::error(CODE, message, span, "this").help(help));
                    }
                },
            });
        }
        Ok(plain)
    }
}

fn operator_of(pair: &Pair<'_, Rule>) -> Operator {
    match pair.as_str().trim() {
        "==" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "<=" => Operator::LessEqual,
        ">=" => Operator::GreaterEqual,
        "<" => Operator::Less,
        ">" => Operator::Greater,
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        _ => Operator::In,
    }
}
