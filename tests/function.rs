//! The expression library: every example holds, and the reference shows what there is.

use std::path::Path;
use std::sync::Arc;

use petiole::diagnostic::FileId;
use petiole::language::function::signature::{Fails, Nulls};
use petiole::language::function::{reference, registry};
use petiole::language::plan::expression::CompiledExpression;
use petiole::language::script::ScriptSet;
use petiole::language::syntax::expression_parser::{Origin, parse};
use petiole::value::{Kind, Value};

fn evaluate(text: &str) -> Value {
    let map = |at: usize| at;
    let tree = parse(text, &Origin { file: FileId(0), map: &map }).unwrap_or_else(|found| panic!("{text}: {found:?}"));
    let (scripts, _) = ScriptSet::compile(&[]);
    let compiled = CompiledExpression::new(tree, Arc::new(scripts));
    compiled.evaluate_in(&Value::Null).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
}

#[test]
fn every_example_holds() {
    let mut wrong = Vec::new();
    for function in registry::all() {
        assert!(!function.examples.is_empty(), "{} has no example", function.name);
        for (expression, value) in function.examples {
            let found = evaluate(expression).to_string();
            if found.trim_matches('"') != value.trim_matches('"') {
                wrong.push(format!("{expression} gives {found}, not {value}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a declaration says of nulls and of failing is what the function does, with values that rules do not foresee.
#[test]
fn what_is_declared_of_nulls_and_faults_holds() {
    let texts = ["", " ", "a", "12", "1,080.50", "2026-01-31", "0001-01-01", "0001-01-01T00:00:00Z", "-", "\u{a0}"];
    let mut values: Vec<Value> = texts.map(Value::text).to_vec();
    values.extend([Value::Bool(true), Value::Integer(0), Value::Integer(-3), Value::from(vec![])]);
    values.push(Value::from(vec![Value::Null, Value::Integer(2)]));
    let mut wrong = Vec::new();
    for function in registry::all() {
        let (least, most) = function.arity();
        for count in least..=most.min(3) {
            for number in 0..values.len().pow(u32::try_from(count).unwrap()) {
                let given: Vec<Value> = (0..count)
                    .map(|at| values[number / values.len().pow(u32::try_from(at).unwrap()) % values.len()].clone())
                    .collect();
                let is_asked = given.iter().enumerate().all(|(at, value)| {
                    let parameter = function.parameter(at).unwrap();
                    parameter.kind.fits(value) && parameter.asks.is_none_or(|asks| asks(value).is_ok())
                });
                if !is_asked {
                    continue;
                }
                match (function.body)(&given) {
                    Ok(Value::Null) if !matches!(function.nulls, Nulls::Own | Nulls::OfText) => {
                        wrong.push(format!("{} gives null of {given:?}", function.name));
                    }
                    Err(why)
                        if function.fails == Fails::Never
                            && function.parameters.iter().all(|one| one.kind != Kind::Any) =>
                    {
                        wrong.push(format!("{} fails with {given:?}: {why}", function.name));
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
}

#[test]
fn names_are_told_once() {
    let names: Vec<&str> = registry::all().iter().map(|function| function.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), names.len());
    for wanted in
        "trim lower upper replace split join starts_with ends_with contains matches number text round floor ceil min max sum count first last any all unique date"
            .split(' ')
    {
        assert!(names.contains(&wanted), "{wanted} is missing");
    }
}

#[test]
fn function_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/FUNCTIONS.md");
    let now = reference::page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, now, "refresh with UPDATE=1 cargo test function_reference");
}

#[test]
fn the_library_is_small_and_named_as_people_say_it() {
    let promised = "trim lower upper replace split join starts_with ends_with contains matches number text round floor \
                    ceil min max sum count first last any all unique date linked counterpart";
    let mut promised: Vec<&str> = promised.split_whitespace().collect();
    // Grown since: a table inside an expression, and the two ways into a field that is short.
    promised.extend(["mapped", "cut", "within"]);
    let mut found: Vec<&str> = registry::all().iter().map(|function| function.name).chain(registry::ASKED).collect();
    promised.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, promised);
}
