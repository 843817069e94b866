//! What script functions answered already while one pair is decided on.
//!
//! A function gives the same for the same arguments, so that what a decision asked in one round it need not ask in the
//! next. Holds the arguments, so that what is the same stays the same. Keeps answers only: what failed is asked again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use super::fault::CallFault;
use super::host::ScriptSet;
use crate::value::Value;

/// Calls that are kept for one decision; further ones are worked out each time.
const CALLS_MAX: usize = 20_000;

/// Calls with their answers.
#[derive(Debug, Default)]
pub struct KnownCalls(RefCell<HashMap<u64, Call>>);

#[derive(Debug)]
struct Call {
    function: String,
    arguments: Vec<Value>,
    answer: Value,
}

impl KnownCalls {
    /// The answer of a function, called only where it is not known.
    ///
    /// # Errors
    /// As [`ScriptSet::call`].
    pub fn call(&self, scripts: &ScriptSet, function: &str, arguments: &[Value]) -> Result<Value, CallFault> {
        let mark = mark_of(function, arguments);
        if let Some(known) = self.0.borrow().get(&mark).filter(|known| known.is_of(function, arguments)) {
            return Ok(known.answer.clone());
        }
        let answer = scripts.call(function, arguments)?;
        let mut known = self.0.borrow_mut();
        if known.len() < CALLS_MAX {
            let call = Call { function: function.to_owned(), arguments: arguments.to_vec(), answer: answer.clone() };
            known.insert(mark, call);
        }
        Ok(answer)
    }
}

impl Call {
    fn is_of(&self, function: &str, arguments: &[Value]) -> bool {
        let same = |(one, other): (&Value, &Value)| one.is_same(other);
        self.function == function
            && self.arguments.len() == arguments.len()
            && self.arguments.iter().zip(arguments).all(same)
    }
}

fn mark_of(function: &str, arguments: &[Value]) -> u64 {
    let mut marks = DefaultHasher::new();
    function.hash(&mut marks);
    arguments.iter().for_each(|argument| argument.mark(&mut marks));
    marks.finish()
}
