//! The rules that benches run with stay sound, so that a figure can always be taken.

use petiole::language::compile_texts;
use petiole::language::source::SourceMap;

#[allow(dead_code, reason = "what is measured is not run here")]
#[path = "../benches/heart/order.rs"]
mod order;
#[allow(dead_code, reason = "what is measured is not run here")]
#[path = "../benches/lint/rule_set.rs"]
mod rule_set;

#[test]
fn the_heart_has_rules_to_map_by() {
    assert!(order::plan().pipelines.contains_key("parcels"));
}

#[test]
fn the_rule_sets_that_are_linted_have_nothing_wrong_in_them() {
    for files in [rule_set::of(20), rule_set::table(50)] {
        let compiled = compile_texts(SourceMap::new(files));
        let told: Vec<_> = compiled.findings.iter().map(|one| format!("{}: {}", one.code.0, one.message)).collect();
        assert!(compiled.plan.is_some() && told.is_empty(), "{told:#?}");
    }
}
