//! Scripts: whatever the text, it compiles or is refused at a place in it; each of its functions ends within its limits,
//! with a value of the kind that it declares or with a sentence, and says the same again.

use std::sync::LazyLock;

use petiole::diagnostic::FileId;
use petiole::language::script::{CallFault, ScriptSet, limits};
use petiole::value::{Value, json};

use super::told;

/// Functions of one script that are called.
const FUNCTIONS_MAX: usize = 4;

static ARGUMENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let text = r#"[{"quantity": 3, "ordered_unit_price": {"amount": 2.50}, "product": null, "lines": [1, 2.5, "x"]},
        [1, 2, 3.5], "text", 7, 1.25, true, null]"#;
    json::from_json(&serde_json::from_str(text).unwrap()).as_list().unwrap().to_vec()
});

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (set, found) = ScriptSet::compile(&[(FileId(0), "scripts/one.rhai", &text)]);
    told(&found, ("scripts/one.rhai", &text));
    for function in set.functions().take(FUNCTIONS_MAX) {
        let fitting = |kind: &petiole::value::Kind| ARGUMENTS.iter().find(|one| kind.fits(one)).cloned();
        let given: Vec<Value> = function.parameters.iter().map(|(_, kind)| fitting(kind).unwrap_or_default()).collect();
        let answer = set.call(&function.name, &given);
        if let Ok(value) = &answer {
            assert!(function.gives.fits(value), "{} answered {value}", function.name);
            bounded(value, 0);
        }
        let again = set.call(&function.name, &given);
        // The watchdog alone depends on how busy the machine is.
        let watched = [&answer, &again].iter().any(|one| matches!(one, Err(CallFault::Exhausted(_))));
        assert!(watched || format!("{answer:?}") == format!("{again:?}"), "{answer:?}, then {again:?}");
        set.mentions(&function.name, "quantity");
    }
}

fn bounded(value: &Value, depth: usize) {
    assert!(depth <= limits::ANSWER_DEPTH_MAX);
    match value {
        Value::Text(text) => assert!(text.len() <= limits::TEXT_BYTES_MAX),
        Value::List(items) => {
            assert!(items.len() <= limits::LIST_ELEMENTS_MAX);
            items.iter().for_each(|item| bounded(item, depth + 1));
        }
        Value::Record(fields) => {
            assert!(fields.len() <= limits::MAP_ENTRIES_MAX);
            fields.values().for_each(|field| bounded(field, depth + 1));
        }
        _ => {}
    }
}
