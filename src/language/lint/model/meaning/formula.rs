//! Formulas over what places are: a place is a value, or comes before or after one in order.
//!
//! A comparison that cannot be worked out, such as one with nothing, decides neither way.

use crate::language::syntax::expression::Operator;
use crate::value::{Segment, Value};

/// A place whose value conditions ask for. Places of different records are different places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The record or the element; what is worked out from such is a place of its own.
    pub root: String,
    /// From there.
    pub steps: Vec<Segment>,
}

impl Place {
    /// Whether the other place stands inside what is here, so that it is nothing where this is nothing.
    pub(super) fn holds_inside(&self, other: &Self) -> bool {
        self.root == other.root && self.steps.len() < other.steps.len() && other.steps.starts_with(&self.steps)
    }
}

/// What is asked of a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// Whether it is this very value.
    Is(Value),
    /// Whether it stands in this order to a value: `<`, `<=`, `>`, `>=`.
    Ordered(Operator, Value),
}

impl Test {
    /// The value that it is compared with.
    pub(super) fn constant(&self) -> &Value {
        match self {
            Self::Is(value) | Self::Ordered(_, value) => value,
        }
    }

    /// What it says of a value; `None`: it cannot be worked out.
    pub(super) fn of(&self, value: &Value) -> Option<bool> {
        match self {
            Self::Is(constant) => Some(value == constant),
            Self::Ordered(operator, constant) => Some(is_so(*operator, value.order(constant)?)),
        }
    }
}

/// Whether an order is what an operator asks for.
pub(super) fn is_so(operator: Operator, order: std::cmp::Ordering) -> bool {
    match operator {
        Operator::Less => order.is_lt(),
        Operator::LessEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// A formula.
#[derive(Clone, Debug)]
pub(super) enum Formula {
    /// Holds always, or never.
    Told(bool),
    /// A place is as a test says.
    At(Place, Test),
    /// Turned round.
    Not(Box<Formula>),
    /// It does not hold, be it that it is not so or that it cannot be worked out.
    Fails(Box<Formula>),
    /// All hold.
    All(Vec<Formula>),
    /// One holds.
    Any(Vec<Formula>),
}

/// What is known of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Yes,
    No,
    /// It cannot be worked out.
    Fault,
    /// More has to be known.
    Open,
}

impl From<Option<bool>> for Told {
    fn from(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Fault,
        }
    }
}

impl Formula {
    /// What is known of it, by what is known of its tests.
    pub(super) fn told(&self, at: &dyn Fn(&Place, &Test) -> Told) -> Told {
        match self {
            Self::Told(holds) => Told::from(Some(*holds)),
            Self::At(place, test) => at(place, test),
            Self::Not(inner) => match inner.told(at) {
                Told::Yes => Told::No,
                Told::No => Told::Yes,
                other => other,
            },
            Self::Fails(inner) => match inner.told(at) {
                Told::Yes => Told::No,
                Told::No | Told::Fault => Told::Yes,
                Told::Open => Told::Open,
            },
            Self::All(parts) => joined(parts, at, Told::No, Told::Yes),
            Self::Any(parts) => joined(parts, at, Told::Yes, Told::No),
        }
    }

    /// Shows every test in it.
    pub(super) fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Place, &'a Test)) {
        match self {
            Self::Told(_) => {}
            Self::At(place, test) => see(place, test),
            Self::Not(inner) | Self::Fails(inner) => inner.visit(see),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(see)),
        }
    }
}

/// `deciding` where one part says so; else what is open or at fault; else `rest`.
fn joined(parts: &[Formula], at: &dyn Fn(&Place, &Test) -> Told, deciding: Told, rest: Told) -> Told {
    let mut so_far = rest;
    for part in parts {
        match part.told(at) {
            told if told == deciding => return deciding,
            Told::Fault => so_far = Told::Fault,
            Told::Open if so_far != Told::Fault => so_far = Told::Open,
            _ => {}
        }
    }
    so_far
}
