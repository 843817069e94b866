//! What the process was given by whoever started it: variables by name.
//!
//! Knows no names; what an empty variable means is its reader's.

/// Variables.
pub trait Environment: Send + Sync {
    /// The variable of this name; none where it is not set or no text.
    fn variable(&self, name: &str) -> Option<String>;
}

/// The variables of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

impl<F: Fn(&str) -> Option<String> + Send + Sync> Environment for F {
    fn variable(&self, name: &str) -> Option<String> {
        self(name)
    }
}
