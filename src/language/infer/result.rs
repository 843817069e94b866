//! What a function of the library gives, as exactly as its signature and its arguments tell.

use std::collections::BTreeSet;

use super::given::Given;
use super::operand;
use crate::language::function::Function;
use crate::language::function::signature::{Nulls, Shape};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::{Kind, Value};

/// What a call of a library function gives.
pub(super) fn of_library(function: &Function, (arguments, given): (&[Expression], &[Given])) -> Given {
    let first = given.first();
    let declared = || Given::always(function.gives.clone());
    let element = || match (first.map(|first| &first.kind), given.len()) {
        (Some(Kind::List(inner)), 1) => {
            let refers = first.and_then(|first| first.refers.clone());
            let places = first.and_then(|first| first.places);
            Some(Given { refers, places, ..Given::always(inner.as_ref().clone()) })
        }
        _ => None,
    };
    let found = match (function.shape, first) {
        (Shape::Element, Some(first)) => {
            let one_of = || {
                let kind = |one: Kind, other: &Given| operand::either(&one, &other.kind);
                let places = given.iter().map(|one| one.places).reduce(|one, other| one.zip(other).map(most_of));
                let places = places.flatten();
                Given { places, ..Given::always(given.iter().fold(first.kind.clone(), kind)) }
            };
            element().unwrap_or_else(|| if given.len() > 1 { one_of() } else { declared() })
        }
        (Shape::Same, Some(Given { kind: kind @ Kind::List(_), refers, places, .. })) => {
            Given { refers: refers.clone(), places: *places, ..Given::always(kind.clone()) }
        }
        (Shape::Rounded, _) if given.len() == 1 || most(arguments) == Some(0) => Given::always(Kind::Integer),
        (Shape::Rounded, _) => {
            Given { places: most(arguments).and_then(|places| u32::try_from(places).ok()), ..declared() }
        }
        (Shape::Sum, Some(Given { kind: Kind::List(inner), .. })) if **inner == Kind::Integer => {
            Given::always(Kind::Integer)
        }
        (Shape::Sum, Some(first)) => Given { places: first.places, ..declared() },
        (Shape::Spelt, Some(first)) => spelt(function, first),
        (Shape::Cut, Some(first)) => {
            let longest = first.longest.into_iter().chain(most(arguments)).min();
            Given { longest, ..declared() }
        }
        _ => declared(),
    };
    let nullable = match function.nulls {
        Nulls::Never => false,
        Nulls::Passed => first.is_none_or(|first| first.nullable),
        Nulls::OfText => first.is_none_or(|first| first.nullable || may_be_text(&first.kind)),
        // Of several values the one that is null is passed over.
        Nulls::Own => function.shape != Shape::Element || given.len() < 2 || given.iter().all(|one| one.nullable),
    };
    let nullable = nullable && of_constants(function, arguments).is_none_or(|value| value.is_null());
    let is_rough = function.shape != Shape::Rounded && given.iter().any(|one| one.is_rough);
    Given { nullable, is_rough, ..found }
}

fn most_of((one, other): (u32, u32)) -> u32 {
    one.max(other)
}

fn may_be_text(kind: &Kind) -> bool {
    operand::is_text(kind) || *kind == Kind::Any
}

/// What a function of constants gives, which it always gives.
fn of_constants(function: &Function, arguments: &[Expression]) -> Option<Value> {
    let constant = |argument: &Expression| match &argument.kind {
        ExpressionKind::Literal(value) => Some(value.clone()),
        _ => None,
    };
    let constants = arguments.iter().map(constant).collect::<Option<Vec<Value>>>()?;
    (function.body)(&constants).ok()
}

/// A text made of a value: where the values can be counted, so can the texts.
fn spelt(function: &Function, first: &Given) -> Given {
    let counted = match &first.kind {
        Kind::Bool => {
            Some(BTreeSet::from([true, false].map(Value::Bool).map(|truth| truth.to_key().unwrap_or_default())))
        }
        _ => first.texts.clone(),
    };
    let apply = |text: String| (function.body)(&[Value::text(text)]).ok()?.as_text().map(str::to_owned);
    let texts = counted.and_then(|texts| texts.into_iter().map(apply).collect::<Option<BTreeSet<_>>>());
    let longest = match (&texts, &first.kind) {
        (Some(texts), _) => texts.iter().map(|text| text.chars().count()).max(),
        (None, Kind::Integer) => Some(INTEGER_CHARACTERS_MAX),
        (None, Kind::Decimal) => Some(DECIMAL_CHARACTERS_MAX),
        (None, Kind::Date) => Some(DATE_CHARACTERS),
        (None, _) => first.longest,
    };
    Given { texts, longest, ..Given::always(Kind::Text) }
}

/// A whole number of 64 bits with its sign, in characters.
const INTEGER_CHARACTERS_MAX: usize = 20;
/// A decimal of 28 digits with its sign, its point and a nought before it, in characters.
const DECIMAL_CHARACTERS_MAX: usize = 31;
/// A day as `2026-01-31`, in characters.
const DATE_CHARACTERS: usize = 10;

/// How many characters a call's second value lets through, where it is a constant.
pub(super) fn most(arguments: &[Expression]) -> Option<usize> {
    match arguments.get(1).map(|second| &second.kind) {
        Some(ExpressionKind::Literal(Value::Integer(number))) => usize::try_from(*number).ok(),
        _ => None,
    }
}
