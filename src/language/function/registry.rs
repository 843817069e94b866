//! The one list of functions: a line each.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::signature::Function;
use super::{date, list, number, text};

static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| {
    vec![
        text::trim::function(),
        text::lower::function(),
        text::upper::function(),
        text::replace::function(),
        text::split::function(),
        text::join::function(),
        text::cut::function(),
        text::within::function(),
        text::starts_with::function(),
        text::ends_with::function(),
        text::contains::function(),
        text::matches::function(),
        text::text::function(),
        number::number::function(),
        number::round::function(),
        number::floor::function(),
        number::ceil::function(),
        number::min::function(),
        number::max::function(),
        list::sum::function(),
        list::count::function(),
        list::first::function(),
        list::last::function(),
        list::any::function(),
        list::all::function(),
        list::unique::function(),
        date::date::function(),
    ]
});

/// Functions that ask what links and tables know: a scope answers them, not this library.
pub const ASKED: [&str; 3] = ["linked", "counterpart", "mapped"];

/// All functions.
pub fn all() -> &'static [Function] {
    &FUNCTIONS
}

/// The function of this name.
pub fn find(name: &str) -> Option<&'static Function> {
    static BY_NAME: LazyLock<HashMap<&str, &Function>> =
        LazyLock::new(|| FUNCTIONS.iter().map(|function| (function.name, function)).collect());
    BY_NAME.get(name).copied()
}
