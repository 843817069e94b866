//! Empty never wipes: null and the empty text take the place of no value, but where a rule says `or clear`.

use super::park::Stop;
use crate::language::plan::FieldRule;
use crate::value::Value;

/// The code of a write that would put something empty in the place of a value.
pub const WIPING: &str = "wiping-empty";

/// Whether a rule would put something empty in the place of a value, and does not say that it may.
pub(super) fn wipes(rule: &FieldRule, wanted: &Value, present: &Value) -> bool {
    !rule.or_clear && is_empty(wanted) && !is_empty(present)
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_text() == Some("")
}

/// The stop for it. `name`: the field, as its reader calls it.
pub(super) fn stop(rule: &FieldRule, name: &str, (wanted, present): (&Value, &Value)) -> Stop {
    let message =
        format!("`{name}` holds {present}, and {wanted} would take its place; the rule does not say `or clear`");
    let values = vec![(format!("{name} now"), present.clone()), (format!("{name} by the rules"), wanted.clone())];
    Stop { values, ..Stop::new(WIPING, "an empty value would wipe what stands there", message, &rule.line) }
}
