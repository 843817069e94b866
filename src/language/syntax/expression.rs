//! The tree of an expression, every part with its place. No name has a meaning here.

use crate::diagnostic::Span;
use crate::value::Value;

/// An expression.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub span: Span,
}

impl Expression {
    /// Shows this expression and every one inside it.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Self)) {
        see(self);
        match &self.kind {
            ExpressionKind::List(items) | ExpressionKind::Call(_, items) => {
                items.iter().for_each(|item| item.visit(see));
            }
            ExpressionKind::Choice(parts) => parts.iter().for_each(|part| part.visit(see)),
            ExpressionKind::Binary(_, left, right) | ExpressionKind::Filter(left, right) => {
                left.visit(see);
                right.visit(see);
            }
            ExpressionKind::Steps(inner, _) | ExpressionKind::Not(inner) | ExpressionKind::Negate(inner) => {
                inner.visit(see);
            }
            ExpressionKind::Literal(_) | ExpressionKind::Path(_) | ExpressionKind::Park(_) => {}
        }
    }
}

impl Expression {
    /// The same with paths that become something else; `inside`: whether the path stands behind `where`, so that one
    /// without a head begins at an element.
    #[must_use]
    pub fn with_paths(&self, becomes: &dyn Fn(&PathExpression, bool) -> Option<ExpressionKind>) -> Self {
        self.replaced(becomes, false)
    }

    fn replaced(&self, becomes: &dyn Fn(&PathExpression, bool) -> Option<ExpressionKind>, inside: bool) -> Self {
        let part = |tree: &Self| Box::new(tree.replaced(becomes, inside));
        let all = |items: &[Self]| items.iter().map(|item| item.replaced(becomes, inside)).collect();
        let kind = match &self.kind {
            ExpressionKind::Path(path) => becomes(path, inside).unwrap_or_else(|| self.kind.clone()),
            ExpressionKind::Binary(operator, left, right) => ExpressionKind::Binary(*operator, part(left), part(right)),
            ExpressionKind::Not(inner) => ExpressionKind::Not(part(inner)),
            ExpressionKind::Negate(inner) => ExpressionKind::Negate(part(inner)),
            ExpressionKind::Steps(inner, steps) => ExpressionKind::Steps(part(inner), steps.clone()),
            ExpressionKind::Call(name, arguments) => ExpressionKind::Call(name.clone(), all(arguments)),
            ExpressionKind::List(items) => ExpressionKind::List(all(items)),
            ExpressionKind::Choice(parts) => {
                let [condition, held, other] = parts.as_ref();
                ExpressionKind::Choice(Box::new([condition, held, other].map(|one| one.replaced(becomes, inside))))
            }
            ExpressionKind::Filter(list, condition) => {
                ExpressionKind::Filter(part(list), Box::new(condition.replaced(becomes, true)))
            }
            ExpressionKind::Literal(_) | ExpressionKind::Park(_) => self.kind.clone(),
        };
        Self { kind, span: self.span }
    }

    /// The same where a record that it names is not there: all of it reads as null.
    #[must_use]
    pub fn without(&self, head: &str) -> Self {
        self.with_paths(&|path, _| {
            let is_it = path.head.as_ref().is_some_and(|name| name.text == head);
            is_it.then_some(ExpressionKind::Literal(Value::Null))
        })
    }

    /// The parts that `and` joins, in their order; the expression itself where none does.
    pub fn all_of(&self) -> Vec<&Self> {
        match &self.kind {
            ExpressionKind::Binary(Operator::And, left, right) => [left.all_of(), right.all_of()].concat(),
            _ => vec![self],
        }
    }

    /// The parts that `or` joins, in their order; the expression itself where none does.
    pub fn any_of(&self) -> Vec<&Self> {
        match &self.kind {
            ExpressionKind::Binary(Operator::Or, left, right) => [left.any_of(), right.any_of()].concat(),
            _ => vec![self],
        }
    }

    /// Whether it says the same, wherever it stands.
    pub fn is_alike(&self, other: &Self) -> bool {
        let all = |one: &[Self], other: &[Self]| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_alike(other))
        };
        match (&self.kind, &other.kind) {
            (ExpressionKind::Literal(one), ExpressionKind::Literal(other)) => one == other,
            (ExpressionKind::Path(one), ExpressionKind::Path(other)) => one.is_alike(other),
            (ExpressionKind::Not(one), ExpressionKind::Not(other))
            | (ExpressionKind::Negate(one), ExpressionKind::Negate(other)) => one.is_alike(other),
            (ExpressionKind::Binary(operator, left, right), ExpressionKind::Binary(known, one, other)) => {
                operator == known && left.is_alike(one) && right.is_alike(other)
            }
            (ExpressionKind::Call(name, one), ExpressionKind::Call(known, other)) => {
                name.text == known.text && all(one, other)
            }
            (ExpressionKind::List(one), ExpressionKind::List(other)) => all(one, other),
            (ExpressionKind::Choice(one), ExpressionKind::Choice(other)) => all(one.as_ref(), other.as_ref()),
            _ => false,
        }
    }
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExpressionKind {
    /// A constant.
    Literal(Value),
    /// `[a, b]`
    List(Vec<Expression>),
    /// A path from a name.
    Path(PathExpression),
    /// A path from something else than a name: `first(x).y`.
    Steps(Box<Expression>, Vec<Step>),
    /// A function call.
    Call(Name, Vec<Expression>),
    /// Two operands.
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// `not a`
    Not(Box<Expression>),
    /// `-a`
    Negate(Box<Expression>),
    /// `if a then b else c`
    Choice(Box<[Expression; 3]>),
    /// `a where b`
    Filter(Box<Expression>, Box<Expression>),
    /// `park "text"`
    Park(String),
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// `head.step[0].step[]`
#[derive(Clone, Debug)]
pub struct PathExpression {
    /// The first name; `None`: the current element.
    pub head: Option<Name>,
    /// The steps after it.
    pub steps: Vec<Step>,
    /// The same without their places, so that reading gathers nothing.
    pub segments: Vec<crate::value::Segment>,
}

impl PathExpression {
    /// Whether it reads the same, wherever it stands.
    pub fn is_alike(&self, other: &Self) -> bool {
        let head = |path: &Self| path.head.as_ref().map(|head| head.text.clone());
        head(self) == head(other) && self.segments == other.segments
    }
}

/// A step of a path.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is.
    pub segment: crate::value::Segment,
    /// Where it stands; without the dot.
    pub span: Span,
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `??`
    Else,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Operator {
    /// Whether it asks something of two values, so that true or false comes of it.
    pub fn is_comparison(self) -> bool {
        match self {
            Self::Equal | Self::NotEqual | Self::In => true,
            Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual => true,
            Self::Or | Self::And | Self::Else | Self::Add | Self::Subtract | Self::Multiply | Self::Divide => false,
        }
    }

    /// Whether it asks which of two values comes first.
    pub fn is_order(self) -> bool {
        matches!(self, Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual)
    }

    /// As it is written.
    pub fn written(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::In => "in",
            Self::Else => "??",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}
