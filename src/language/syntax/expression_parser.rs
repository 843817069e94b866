//! Expression text to its tree. pest's rules do not leave this file.
//!
//! Positions are mapped into the user's file, through quoting and block scalars. Says what was
//! expected in plain words.

use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};
use pest::iterators::Pair;

use super::expression::{Expression, ExpressionKind, Name, Operator, PathExpression, Step};
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use crate::value::{Segment, Value, decimal};

/// How deep brackets, conditions and negations may nest.
pub const DEPTH_MAX: usize = 64;

const CODE: Code = Code("syntax-expression");

mod grammar {
    #![allow(missing_docs, unreachable_pub, reason = "made by pest")]
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/expression.pest"]
    pub(super) struct ExpressionGrammar;
}
use grammar::{ExpressionGrammar, Rule};

/// Where the text stands: byte offsets in it to byte offsets in the file.
pub struct Origin<'a> {
    /// The file.
    pub file: FileId,
    /// Offset in the text to offset in the file.
    pub map: &'a dyn Fn(usize) -> usize,
}

impl Origin<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, (self.map)(start), (self.map)(end))
    }
}

/// Parses a whole expression.
///
/// # Errors
/// A diagnostic at the first place that does not fit.
pub fn parse(text: &str, origin: &Origin<'_>) -> Result<Expression, Diagnostic> {
    if let Some(at) = too_deep(text) {
        let span = origin.span(at, at + 1);
        let message = format!("the expression nests deeper than {DEPTH_MAX} levels");
        return Err(
            Diagnostic::error(CODE, message, span, "too deep here").help("split it, or write a function in a script")
        );
    }
    let mut pairs = ExpressionGrammar::parse(Rule::whole, text).map_err(|error| explain(text, &error, origin))?;
    let tree =
        pairs.next().and_then(|whole| whole.into_inner().next()).and_then(|pair| Builder { origin }.expression(pair));
    // Shape is the grammar's; what is left to refuse is a number that a decimal cannot hold.
    tree.ok_or_else(|| {
        let message = "a number has more digits than can be kept exactly";
        Diagnostic::error(CODE, message, origin.span(0, text.len()), "in this expression")
            .help("write at most 28 digits")
    })
}

/// Counts what makes the parser recurse: brackets, `not`, `-` and `if`.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut prefixes = 0_usize;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, '-') => prefixes += 1,
            (None, 'n' | 'i') if is_prefix(text.get(at..).unwrap_or_default()) => prefixes += 1,
            _ => {}
        }
        if depth > DEPTH_MAX || prefixes > DEPTH_MAX {
            return Some(at);
        }
    }
    None
}

fn is_prefix(rest: &str) -> bool {
    rest.starts_with("not ") || rest.starts_with("if ")
}

fn explain(text: &str, error: &Error<Rule>, origin: &Origin<'_>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
    };
    let rest = text.get(at..).unwrap_or_default();
    let width = rest.chars().next().map_or(0, char::len_utf8);
    let span = origin.span(at, at + width);
    let found = if rest.is_empty() {
        "the end".to_owned()
    } else {
        format!("`{}`", rest.split_whitespace().next().unwrap_or(rest))
    };
    let message = format!("expected {} and found {found}", expected(error));
    let diagnostic = Diagnostic::error(CODE, message, span, "does not fit here");
    match advice(text, at) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn expected(error: &Error<Rule>) -> &'static str {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else { return "an expression" };
    let has = |rule: Rule| positives.contains(&rule);
    if has(Rule::EOI) || has(Rule::compare_op) {
        "an operator or the end"
    } else if has(Rule::name) && !has(Rule::literal) {
        "a name"
    } else if has(Rule::kw_then) {
        "`then`"
    } else if has(Rule::kw_else) {
        "`else`"
    } else {
        "a value"
    }
}

const COMPARISONS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

fn compares(rest: &str) -> bool {
    COMPARISONS.iter().any(|one| rest.starts_with(one))
}

/// What people write out of habit from other languages.
fn advice(text: &str, at: usize) -> Option<&'static str> {
    let rest = text.get(at..).unwrap_or_default();
    let open = |one: char, other: char| text.matches(one).count() > text.matches(other).count();
    if rest.starts_with("&&") {
        Some("write `and`")
    } else if rest.starts_with("||") {
        Some("write `or`")
    } else if rest.starts_with('!') {
        Some("write `not`")
    } else if compares(rest) && text.get(..at).is_some_and(|before| COMPARISONS.iter().any(|one| before.contains(one)))
    {
        Some("comparisons do not chain; join two of them with `and`")
    } else if rest.starts_with('=') {
        Some("write `==` to compare")
    } else if text.matches('"').count() % 2 == 1 {
        Some("a quote is not closed")
    } else if open('(', ')') {
        Some("a `(` is not closed")
    } else if open('[', ']') {
        Some("a `[` is not closed")
    } else if rest.is_empty() && text.split_whitespace().any(|word| word == "if") {
        Some("write `if CONDITION then VALUE else VALUE`; `null` is a value too")
    } else if rest.starts_with(|letter: char| letter.is_alphabetic()) && !text.get(..at)?.trim().is_empty() {
        Some(
            "join two values with an operator; only `via`, `by`, `on create`, `always`, `when`, `unless` and `because` follow a rule's two sides",
        )
    } else {
        None
    }
}

struct Builder<'a> {
    origin: &'a Origin<'a>,
}

impl Builder<'_> {
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.origin.span(span.start(), span.start() + pair.as_str().trim_end().len())
    }

    fn expression(&self, pair: Pair<'_, Rule>) -> Option<Expression> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::choice => {
                let mut parts = pair.into_inner().filter(|part| part.as_rule() == Rule::expression);
                let mut next = || parts.next().and_then(|part| self.expression(part));
                let kind = ExpressionKind::Choice(Box::new([next()?, next()?, next()?]));
                Some(Expression { kind, span })
            }
            Rule::disjunction | Rule::conjunction | Rule::comparison | Rule::fallback | Rule::sum | Rule::product => {
                self.binary(pair)
            }
            Rule::negation => self.prefixed(pair, span, Rule::kw_not, ExpressionKind::Not),
            Rule::unary => self.prefixed(pair, span, Rule::minus, ExpressionKind::Negate),
            Rule::filtered => {
                let mut parts = pair.into_inner().filter(|part| part.as_rule() != Rule::kw_where);
                let list = self.expression(parts.next()?)?;
                match parts.next() {
                    None => Some(list),
                    Some(condition) => {
                        let condition = Box::new(self.expression(condition)?);
                        Some(Expression { kind: ExpressionKind::Filter(Box::new(list), condition), span })
                    }
                }
            }
            Rule::park => {
                let text = pair.into_inner().find(|part| part.as_rule() == Rule::text)?;
                Some(Expression { kind: ExpressionKind::Park(unquote(text.as_str())), span })
            }
            Rule::postfix => self.postfix(pair, span),
            _ => self.expression(pair.into_inner().next()?),
        }
    }

    fn prefixed(
        &self,
        pair: Pair<'_, Rule>,
        span: Span,
        prefix: Rule,
        wrap: fn(Box<Expression>) -> ExpressionKind,
    ) -> Option<Expression> {
        let mut parts = pair.into_inner();
        let first = parts.next()?;
        if first.as_rule() != prefix {
            return self.expression(first);
        }
        let inner = self.expression(parts.next()?)?;
        Some(Expression { kind: wrap(Box::new(inner)), span })
    }

    /// `a op b op c`, leftmost first; `??` takes its right operand whole.
    fn binary(&self, pair: Pair<'_, Rule>) -> Option<Expression> {
        let fallback = pair.as_rule() == Rule::fallback;
        let joined = match pair.as_rule() {
            Rule::disjunction => Some(Operator::Or),
            Rule::conjunction => Some(Operator::And),
            Rule::fallback => Some(Operator::Else),
            _ => None,
        };
        let mut operator = joined;
        let mut whole: Option<Expression> = None;
        for part in pair.into_inner() {
            if let Some(found) = operator_of(&part) {
                operator = Some(found);
                continue;
            }
            if matches!(part.as_rule(), Rule::kw_or | Rule::kw_and) {
                continue;
            }
            let right = self.expression(part)?;
            whole = Some(match whole {
                None => right,
                Some(left) => {
                    let span = left.span.to(right.span);
                    let operator = if fallback { Operator::Else } else { operator? };
                    Expression { kind: ExpressionKind::Binary(operator, Box::new(left), Box::new(right)), span }
                }
            });
        }
        whole
    }

    fn postfix(&self, pair: Pair<'_, Rule>, span: Span) -> Option<Expression> {
        let mut parts = pair.into_inner();
        let primary = parts.next()?.into_inner().next()?;
        let mut steps = Vec::new();
        for step in parts {
            steps.push(self.step(&step)?);
        }
        let start = self.span(&primary);
        let kind = match primary.as_rule() {
            Rule::head => {
                let head = Some(Name { text: primary.as_str().to_owned(), span: start });
                return Some(Expression { kind: ExpressionKind::Path(PathExpression { head, steps }), span });
            }
            Rule::element => {
                if let Some(name) = primary.into_inner().next() {
                    let segment = Segment::Field(name.as_str().to_owned());
                    steps.insert(0, Step { segment, span: self.span(&name) });
                }
                return Some(Expression { kind: ExpressionKind::Path(PathExpression { head: None, steps }), span });
            }
            Rule::literal => ExpressionKind::Literal(literal(&primary.into_inner().next()?)?),
            Rule::list => ExpressionKind::List(self.all(primary)?),
            Rule::call => {
                let mut inner = primary.into_inner();
                let name = inner.next()?;
                let function = Name { text: name.as_str().to_owned(), span: self.span(&name) };
                let arguments = inner.map(|part| self.expression(part)).collect::<Option<Vec<_>>>()?;
                ExpressionKind::Call(function, arguments)
            }
            _ => self.expression(primary.into_inner().next()?)?.kind,
        };
        let base = Expression { kind, span: start };
        if steps.is_empty() {
            return Some(Expression { span, ..base });
        }
        Some(Expression { kind: ExpressionKind::Steps(Box::new(base), steps), span })
    }

    fn all(&self, pair: Pair<'_, Rule>) -> Option<Vec<Expression>> {
        pair.into_inner().map(|part| self.expression(part)).collect()
    }

    fn step(&self, pair: &Pair<'_, Rule>) -> Option<Step> {
        let inner = pair.clone().into_inner().next()?;
        let segment = match inner.as_rule() {
            Rule::name => Segment::Field(inner.as_str().to_owned()),
            Rule::index => Segment::Index(inner.as_str().parse().ok()?),
            _ => Segment::Each,
        };
        Some(Step { segment, span: self.span(&inner) })
    }
}

fn operator_of(pair: &Pair<'_, Rule>) -> Option<Operator> {
    if !matches!(pair.as_rule(), Rule::compare_op | Rule::sum_op | Rule::product_op) {
        return None;
    }
    Some(match pair.as_str().trim() {
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
    })
}

/// `None`: a number that cannot be kept exactly.
fn literal(pair: &Pair<'_, Rule>) -> Option<Value> {
    let text = pair.as_str();
    Some(match pair.as_rule() {
        Rule::text => Value::Text(unquote(text)),
        Rule::truth => Value::Bool(text == "true"),
        Rule::integer => match text.parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Decimal(decimal::parse(text)?),
        },
        Rule::decimal => Value::Decimal(decimal::parse(text)?),
        _ => Value::Null,
    })
}

fn unquote(text: &str) -> String {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    if text.starts_with('\'') {
        return inner.to_owned();
    }
    let mut plain = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.push(match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(other) => other,
                None => '\\',
            }),
            other => plain.push(other),
        }
    }
    plain
}
