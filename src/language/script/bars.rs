//! The engine that scripts run in: nothing in it acts, and everything in it has a limit.
//!
//! Knows nothing of rules. Numbers behave as they do in expressions: a division never drops a
//! fraction, and halves round away from zero.

use std::cell::Cell;
use std::time::Instant;

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
    BasicStringPackage, LogicPackage, MoreStringPackage, Package as _,
};
use rhai::{Dynamic, Engine, EvalAltResult, INT, ImmutableString, Position};
use rust_decimal::{Decimal, RoundingStrategy};

use super::limits;

/// Words that are refused when a script is read.
pub const REFUSED: [&str; 5] = ["eval", "import", "export", "print", "debug"];

/// Functions on angles fail on some numbers in a way that cannot be caught, and no price needs them.
const ANGLES: [&str; 12] =
    ["sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh"];

type Fallible<T> = Result<T, Box<EvalAltResult>>;

thread_local! {
    /// When the call that runs on this thread began.
    static BEGUN: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Runs a call against the clock, on a stack that holds the deepest call that the limits allow:
/// `work` must use the engine on this thread.
pub fn bounded<T>(work: impl FnOnce() -> T) -> T {
    BEGUN.set(Some(Instant::now()));
    // Workers have room for it; other threads are given a stack for the call.
    let answer = stacker::maybe_grow(limits::STACK_BYTES, limits::STACK_BYTES.saturating_mul(2), work);
    BEGUN.set(None);
    answer
}

/// An engine with nothing in it that acts: no clock, no sleep, no modules, no printing.
pub fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    // The core package would bring `sleep` with it, so its parts come one by one.
    engine.register_global_module(ArithmeticPackage::new().as_shared_module());
    engine.register_global_module(BasicStringPackage::new().as_shared_module());
    engine.register_global_module(BasicIteratorPackage::new().as_shared_module());
    engine.register_global_module(BasicFnPackage::new().as_shared_module());
    engine.register_global_module(LogicPackage::new().as_shared_module());
    engine.register_global_module(MoreStringPackage::new().as_shared_module());
    engine.register_global_module(BasicArrayPackage::new().as_shared_module());
    engine.register_global_module(BasicMapPackage::new().as_shared_module());
    engine.register_global_module(BasicMathPackage::new().as_shared_module());
    for word in REFUSED {
        engine.disable_symbol(word);
    }
    engine.set_max_operations(limits::OPERATIONS_MAX);
    engine.set_max_call_levels(limits::CALL_LEVELS_MAX);
    engine.set_max_expr_depths(limits::EXPRESSION_DEPTH_MAX, limits::EXPRESSION_DEPTH_MAX);
    engine.set_max_string_size(limits::TEXT_BYTES_MAX);
    engine.set_max_array_size(limits::LIST_ELEMENTS_MAX);
    engine.set_max_map_size(limits::MAP_ENTRIES_MAX);
    engine.set_max_variables(limits::VARIABLES_MAX);
    engine.set_fail_on_invalid_map_property(true);
    engine.set_strict_variables(true);
    engine.on_progress(overtime);
    exact_numbers(&mut engine);
    // rhai's own looks at the size only when the long text is there.
    engine.register_fn("replace", replace);
    engine.register_fn("replace", |text: &mut ImmutableString, part: char, by: &str| {
        replace(text, part.encode_utf8(&mut [0; 4]), by)
    });
    engine
}

/// Whether a call has run for too long; looked at only now and then.
fn overtime(operations: u64) -> Option<Dynamic> {
    let late = operations.is_multiple_of(limits::OPERATIONS_PER_LOOK)
        && BEGUN.get().is_some_and(|begun| begun.elapsed() > limits::CALL_TIME_MAX);
    late.then_some(Dynamic::UNIT)
}

fn replace(text: &mut ImmutableString, part: &str, by: &str) -> Fallible<()> {
    let grows = text.matches(part).count().saturating_mul(by.len().saturating_sub(part.len()));
    if grows.saturating_add(text.len()) > limits::TEXT_BYTES_MAX && grows > 0 {
        return Err(Box::new(EvalAltResult::ErrorDataTooLarge("text".to_owned(), Position::NONE)));
    }
    *text = text.replace(part, by).into();
    Ok(())
}

/// Numbers as in expressions: amounts come as whole numbers too, and half a cent is not lost.
fn exact_numbers(engine: &mut Engine) {
    // Built-in operators would come before the ones registered here.
    engine.set_fast_operators(false);
    engine.register_fn("/", |one: INT, other: INT| quotient(&one.into(), &other.into()));
    engine.register_fn("/=", |one: &mut Dynamic, other: Dynamic| -> Fallible<()> {
        *one = quotient(one, &other)?;
        Ok(())
    });
    engine.register_fn("round", |number: Decimal| rounded(number, 0));
    engine.register_fn("round", rounded);
    for name in ANGLES {
        engine.register_fn(name, |_: Decimal| -> Fallible<Decimal> { Err("angles are not calculated here".into()) });
        engine.register_fn(name, |_: INT| -> Fallible<Decimal> { Err("angles are not calculated here".into()) });
    }
}

fn quotient(one: &Dynamic, other: &Dynamic) -> Fallible<Dynamic> {
    let fail = |text: &str| Box::new(EvalAltResult::ErrorArithmetic(text.to_owned(), Position::NONE));
    let number = |value: &Dynamic| value.as_decimal().or_else(|_| value.as_int().map(Decimal::from)).ok();
    let (Some(over), Some(under)) = (number(one), number(other)) else {
        return Err(fail("only numbers can be divided"));
    };
    if under.is_zero() {
        return Err(fail("division by zero"));
    }
    let exact = over.checked_div(under).ok_or_else(|| fail("the number is too large"))?.normalize();
    // A whole quotient of whole numbers stays one, so that it can still be an index.
    let whole = (one.is_int() && other.is_int() && exact.is_integer()).then(|| INT::try_from(exact).ok()).flatten();
    Ok(whole.map_or_else(|| Dynamic::from_decimal(exact), Dynamic::from_int))
}

fn rounded(number: Decimal, places: INT) -> Fallible<Decimal> {
    let places = u32::try_from(places).ok().filter(|places| *places <= Decimal::MAX_SCALE);
    let places = places.ok_or_else(|| Box::<EvalAltResult>::from("`round` takes 0 to 28 decimals"))?;
    Ok(number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero))
}
