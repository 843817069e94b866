//! Expressions by one look at each letter: the same trees as the grammar's, many times faster.
//!
//! Takes what it is sure of and nothing else; whatever it leaves, right or wrong, is the grammar's to read and judge.
//! Knows no finding. `tests/quick.rs` holds the two together.

use super::expression::{Expression, ExpressionKind, Name, Operator, PathExpression, Step};
use super::expression_origin::Origin;
use super::expression_scan::{CONDITIONS_MAX, OPERATORS_MAX, STEPS_MAX};
use crate::value::{Segment, Value, decimal};

/// Words that are no names where a value begins.
const KEYWORDS: [&str; 12] = ["if", "then", "else", "or", "and", "not", "in", "where", "park", "true", "false", "null"];

/// The most digits of an index.
const INDEX_DIGITS_MAX: usize = 6;

/// Reads a whole expression; `None` where the grammar must. Its nesting was looked over before.
pub(super) fn parse(text: &str, origin: &Origin<'_>) -> Option<Expression> {
    let mut reader = Reader { text, at: 0, end: 0, origin, operators: 0, conditions: 0 };
    let whole = reader.expression()?;
    reader.blanks();
    (reader.at == text.len()).then_some(whole)
}

struct Reader<'a> {
    text: &'a str,
    /// Where the next letter stands.
    at: usize,
    /// Where the last part that was read ends, blanks behind it left out.
    end: usize,
    origin: &'a Origin<'a>,
    operators: usize,
    /// Conditions of `where` around the place.
    conditions: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        self.at += self.rest().iter().take_while(|letter| matches!(letter, b' ' | b'\t' | b'\r' | b'\n')).count();
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Takes a mark that stands at the place.
    fn mark(&mut self, mark: &str) -> bool {
        let is_there = self.rest().starts_with(mark.as_bytes());
        if is_there {
            self.at += mark.len();
            self.end = self.at;
        }
        is_there
    }

    /// Takes a mark, blanks before it left out; stays where it is not there.
    fn next(&mut self, mark: &str) -> bool {
        let before = self.at;
        self.blanks();
        let is_there = self.mark(mark);
        if !is_there {
            self.at = before;
        }
        is_there
    }

    /// Takes a keyword, blanks before it left out.
    fn keyword(&mut self, word: &str) -> bool {
        let (before, end) = (self.at, self.end);
        let is_there = self.next(word) && !self.rest().first().is_some_and(|letter| is_word(*letter));
        if !is_there {
            (self.at, self.end) = (before, end);
        }
        is_there
    }

    /// Takes a name that stands at the place.
    fn name(&mut self) -> Option<Name> {
        let first = self.rest().first().is_some_and(|letter| letter.is_ascii_alphabetic() || *letter == b'_');
        let length = self.rest().iter().take_while(|letter| is_word(**letter)).count();
        if !first {
            return None;
        }
        let start = self.at;
        self.at += length;
        self.end = self.at;
        Some(Name { text: self.slice(start, self.at).to_owned(), span: self.origin.span(start, self.at) })
    }

    fn digits(&mut self) -> usize {
        let length = self.rest().iter().take_while(|letter| letter.is_ascii_digit()).count();
        self.at += length;
        length
    }

    fn begin(&mut self) -> usize {
        self.blanks();
        self.at
    }

    fn of(&self, kind: ExpressionKind, start: usize) -> Expression {
        Expression { kind, span: self.origin.span(start, self.end) }
    }

    fn expression(&mut self) -> Option<Expression> {
        let start = self.begin();
        if !self.keyword("if") {
            return self.disjunction();
        }
        let condition = self.expression()?;
        let then = if self.keyword("then") { self.expression()? } else { return None };
        let otherwise = if self.keyword("else") { self.expression()? } else { return None };
        Some(self.of(ExpressionKind::Choice(Box::new([condition, then, otherwise])), start))
    }

    fn disjunction(&mut self) -> Option<Expression> {
        let mut whole = self.conjunction()?;
        while self.keyword("or") {
            let right = self.conjunction()?;
            whole = self.join(Operator::Or, whole, right)?;
        }
        Some(whole)
    }

    fn conjunction(&mut self) -> Option<Expression> {
        let mut whole = self.negation()?;
        while self.keyword("and") {
            let right = self.negation()?;
            whole = self.join(Operator::And, whole, right)?;
        }
        Some(whole)
    }

    fn negation(&mut self) -> Option<Expression> {
        let start = self.begin();
        if self.keyword("not") {
            let inner = Box::new(self.negation()?);
            return Some(self.of(ExpressionKind::Not(inner), start));
        }
        let whole = self.fallback()?;
        let operator = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessEqual),
            (">=", Operator::GreaterEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        let compared = operator.into_iter().find(|(mark, _)| self.next(mark)).map(|(_, operator)| operator);
        let compared = compared.or_else(|| self.keyword("in").then_some(Operator::In));
        let Some(operator) = compared else { return Some(whole) };
        let right = self.fallback()?;
        self.join(operator, whole, right)
    }

    fn fallback(&mut self) -> Option<Expression> {
        let mut whole = self.sum()?;
        while self.next("??") {
            let start = self.begin();
            let right = if self.keyword("park") {
                self.blanks();
                let kind = ExpressionKind::Park(self.quoted()?);
                self.of(kind, start)
            } else {
                self.sum()?
            };
            whole = self.join(Operator::Else, whole, right)?;
        }
        Some(whole)
    }

    fn sum(&mut self) -> Option<Expression> {
        let mut whole = self.product()?;
        loop {
            let operator = if self.next("+") {
                Operator::Add
            } else if self.next("-") {
                Operator::Subtract
            } else {
                return Some(whole);
            };
            let right = self.product()?;
            whole = self.join(operator, whole, right)?;
        }
    }

    fn product(&mut self) -> Option<Expression> {
        let mut whole = self.unary()?;
        loop {
            let operator = if self.next("*") {
                Operator::Multiply
            } else if self.next("/") {
                Operator::Divide
            } else {
                return Some(whole);
            };
            let right = self.unary()?;
            whole = self.join(operator, whole, right)?;
        }
    }

    fn unary(&mut self) -> Option<Expression> {
        let start = self.begin();
        if self.mark("-") {
            let inner = Box::new(self.unary()?);
            return Some(self.of(ExpressionKind::Negate(inner), start));
        }
        let list = self.postfix()?;
        if !self.keyword("where") {
            return Some(list);
        }
        if self.conditions >= CONDITIONS_MAX {
            return None;
        }
        self.conditions += 1;
        let condition = self.disjunction()?;
        self.conditions -= 1;
        Some(self.of(ExpressionKind::Filter(Box::new(list), Box::new(condition)), start))
    }

    fn join(&mut self, operator: Operator, left: Expression, right: Expression) -> Option<Expression> {
        self.operators += 1;
        let span = left.span.to(right.span);
        let kind = ExpressionKind::Binary(operator, Box::new(left), Box::new(right));
        (self.operators <= OPERATORS_MAX).then_some(Expression { kind, span })
    }

    fn postfix(&mut self) -> Option<Expression> {
        let start = self.begin();
        match self.rest().first()? {
            b'.' => {
                self.mark(".");
                let name = self.name();
                let first = name.map(|name| Step { segment: Segment::Field(name.text.into()), span: name.span });
                self.path(None, first.into_iter().collect(), start)
            }
            b'(' => {
                self.mark("(");
                let inner = self.expression()?;
                if !self.next(")") {
                    return None;
                }
                self.stepped(inner.kind, start)
            }
            b'[' => {
                self.mark("[");
                let items = self.items("]")?;
                self.stepped(ExpressionKind::List(items), start)
            }
            b'"' | b'\'' => {
                let text = self.quoted()?;
                self.stepped(ExpressionKind::Literal(Value::text(text)), start)
            }
            b'0'..=b'9' => {
                let value = self.number()?;
                self.stepped(ExpressionKind::Literal(value), start)
            }
            _ => self.named(start),
        }
    }

    /// A constant, a call, or a path from a name.
    fn named(&mut self, start: usize) -> Option<Expression> {
        let name = self.name()?;
        let literal = match name.text.as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            word if KEYWORDS.contains(&word) => return None,
            _ => None,
        };
        if let Some(value) = literal {
            return self.stepped(ExpressionKind::Literal(value), start);
        }
        if self.next("(") {
            let items = self.items(")")?;
            return self.stepped(ExpressionKind::Call(name, items), start);
        }
        self.path(Some(name), Vec::new(), start)
    }

    fn path(&mut self, head: Option<Name>, first: Vec<Step>, start: usize) -> Option<Expression> {
        let steps = self.steps(first)?;
        let segments = steps.iter().map(|step| step.segment.clone()).collect();
        Some(self.of(ExpressionKind::Path(PathExpression { head, steps, segments }), start))
    }

    fn stepped(&mut self, kind: ExpressionKind, start: usize) -> Option<Expression> {
        let base = self.of(kind, start);
        let steps = self.steps(Vec::new())?;
        if steps.is_empty() {
            return Some(base);
        }
        Some(self.of(ExpressionKind::Steps(Box::new(base), steps), start))
    }

    /// The steps that follow without a blank.
    fn steps(&mut self, mut steps: Vec<Step>) -> Option<Vec<Step>> {
        loop {
            let start = self.at;
            let step = if self.mark("[]") {
                Step { segment: Segment::Each, span: self.origin.span(start, self.at) }
            } else if self.mark("[") {
                let digits = self.digits();
                let span = self.origin.span(start + 1, self.at);
                let index = self.slice(start + 1, self.at).parse().ok()?;
                if digits > INDEX_DIGITS_MAX || !self.mark("]") {
                    return None;
                }
                Step { segment: Segment::Index(index), span }
            } else if self.mark(".") {
                let name = self.name()?;
                Step { segment: Segment::Field(name.text.into()), span: name.span }
            } else {
                return Some(steps);
            };
            steps.push(step);
            if steps.len() > STEPS_MAX {
                return None;
            }
        }
    }

    /// Values up to a closing bracket.
    fn items(&mut self, close: &str) -> Option<Vec<Expression>> {
        let mut items = Vec::new();
        if self.next(close) {
            return Some(items);
        }
        loop {
            items.push(self.expression()?);
            if self.next(close) {
                return Some(items);
            }
            if !self.next(",") {
                return None;
            }
        }
    }

    /// A text in quotes; one with escapes is the grammar's.
    fn quoted(&mut self) -> Option<String> {
        let quote = self.rest().first().copied().filter(|letter| matches!(letter, b'"' | b'\''))?;
        let start = self.at + 1;
        let inside = self.text.as_bytes().get(start..)?;
        let length = inside.iter().position(|letter| *letter == quote)?;
        let text = self.slice(start, start + length);
        if quote == b'"' && text.contains('\\') {
            return None;
        }
        self.at = start + length + 1;
        self.end = self.at;
        Some(text.to_owned())
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        self.digits();
        let whole = self.at;
        if self.mark(".") && self.digits() == 0 {
            self.at = whole;
        }
        self.end = self.at;
        let text = self.slice(start, self.at);
        text.parse().ok().map(Value::Integer).or_else(|| decimal::parse(text).map(Value::Decimal))
    }
}

fn is_word(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || letter == b'_'
}
