//! Settings whose words name fields: each is a field of one of the records that the rules use the setting for.

use super::checker::Checker;

/// Notes words that a setting holds and that none of the records which it names fields of has; from then on nothing
/// else fits, whoever fills the setting later.
pub(super) fn check(checker: &mut Checker<'_>) {
    for (name, (records, fields)) in std::mem::take(&mut checker.setting_fields) {
        let records = records.join("`, `");
        let words = checker.sink.setting_words.get(&name).cloned().unwrap_or_default();
        for word in words.iter().filter(|word| !fields.contains(&word.text)) {
            let message = format!("`{name}` names fields of `{records}`, and there is no field `{}`", word.text);
            checker.sink.unknown("unknown-field", message, (&word.text, word.span), fields.iter().map(String::as_str));
        }
        if let Some(kind) = checker.names.types.get_mut(&name) {
            *kind = kind.clone().of_words(&fields);
        }
    }
}
