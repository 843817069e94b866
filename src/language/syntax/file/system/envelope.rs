//! `rows:`, `answer:`, `body within:` and `body as:` of a system, a record or a call: what stands around records.

use crate::language::syntax::expression::Name;
use crate::language::syntax::mapping::{Found, Mapping};
use crate::language::syntax::yaml::Scalar;

/// What stands around records, as it is written.
#[derive(Clone, Debug, Default)]
pub struct EnvelopeTree {
    /// `rows:`
    pub rows: Option<Name>,
    /// `answer:`
    pub answer: Option<Name>,
    /// `body within:`
    pub within: Option<Name>,
    /// `body as:`
    pub form: Option<Name>,
}

impl EnvelopeTree {
    /// Reads the keys of these that a map may have.
    pub(super) fn of(map: &Mapping<'_>, found: &mut Found) -> Self {
        let mut word = |name: &str| map.text(name, &format!("`{name}`"), found).map(Scalar::name);
        Self { rows: word("rows"), answer: word("answer"), within: word("body within"), form: word("body as") }
    }
}
