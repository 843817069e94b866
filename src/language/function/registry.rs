//! The one list of functions: a line each.

use std::sync::LazyLock;

use super::signature::Function;
use super::{list, number, text};

static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| {
    vec![
        text::lower::function(),
        text::upper::function(),
        text::trim::function(),
        text::text::function(),
        text::starts_with::function(),
        text::contains::function(),
        number::number::function(),
        number::round::function(),
        list::sum::function(),
        list::count::function(),
        list::first::function(),
    ]
});

/// All functions.
pub fn all() -> &'static [Function] {
    &FUNCTIONS
}

/// The function of this name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
