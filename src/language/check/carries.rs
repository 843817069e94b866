//! What an account carries: a condition over one kind of record of another system.

use super::checker::Checker;
use crate::language::infer::{Meaning, Scope};
use crate::language::resolve::Carried;

/// Judges that the condition speaks of one record and names its fields.
pub(super) fn check(checker: &mut Checker<'_>, carried: &Carried) {
    let mut scope = Scope::default();
    for (name, other) in checker.names.systems.iter().filter(|(name, _)| **name != carried.system) {
        scope.heads.insert(name.clone(), Meaning::System(other.clone()));
    }
    let before = checker.sink.found.len();
    checker.condition(&scope, &carried.tree);
    if checker.sink.found.len() == before && carried.carries.is_none() {
        let at = "write it as `always`, or as in `shop.item.brand in [\"A\", \"B\"]`";
        checker.sink.error("type-cardinality", "`carries` speaks of one kind of record", carried.span, at);
    }
}
