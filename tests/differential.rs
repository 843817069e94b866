//! The service's expressions against a plain interpreter of the same: any expression over any record, and those of the
//! shipped rules over records as their systems have them, come to equal values or stop for the same kind of reason.
//!
//! `PETIOLE_DIFFERENTIAL_CASES` asks for more cases, `PETIOLE_DIFFERENTIAL_SEED` for those of another run.

mod made;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use petiole::diagnostic::FileId;
use petiole::language;
use petiole::language::plan::expression::CompiledExpression;
use petiole::language::plan::{Pipeline, Plan, Side};
use petiole::language::script::ScriptSet;
use petiole::value::{Record, Value};
use petiole::world::SystemFiles;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::fuzz_corpus::fuzzed::expression::{apart, read};
use crate::fuzz_corpus::fuzzed::interpreter::{self, Names, Stop};
use crate::planner::choices::Choices;

/// Cases that a run without wishes looks at.
const CASES: u32 = 600;

/// The seed of such a run: what is green stays so.
const SEED: u64 = 15;

fn wished<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// As many cases as are wished for, each made from a row of bytes.
fn each(cases: u32, check: impl Fn(&mut Choices<'_>) -> Result<(), String>) {
    let seed: u64 = wished("PETIOLE_DIFFERENTIAL_SEED").unwrap_or(SEED);
    let mut begin = [0; 32];
    begin[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &begin));
    let outcome =
        runner.run(&vec(any::<u8>(), 20..240), |bytes| check(&mut Choices::new(&bytes)).map_err(TestCaseError::fail));
    if let Err(TestError::Fail(wrong, _)) = outcome {
        panic!("PETIOLE_DIFFERENTIAL_SEED={seed} PETIOLE_DIFFERENTIAL_CASES={cases}: {wrong}");
    }
}

#[test]
fn any_expression_comes_to_what_a_plain_interpreter_makes_of_it() {
    let cases = wished("PETIOLE_DIFFERENTIAL_CASES").unwrap_or(CASES);
    let counts = RefCell::new(BTreeMap::<&str, usize>::new());
    let (scripts, _) = ScriptSet::compile(&[]);
    let scripts = Arc::new(scripts);
    each(cases, |choices| {
        let told = made::expression(choices);
        let text = made::written(&told, choices);
        let (record, element) = (made::record(choices, 3), made::value(choices, 2));
        let names = Names { record: &record, element: &element, scripts: &scripts };
        // Conditions may nest less deep than what is made up here.
        let Ok(tree) = read(&text) else { return Ok(()) };
        let said = match interpreter::value(&told, names) {
            Ok(_) => "values",
            Err(Stop::Failed) => "failed",
            Err(Stop::Park(_)) => "parks",
        };
        *counts.borrow_mut().entry(said).or_default() += 1;
        let service = CompiledExpression::new(tree, Arc::clone(&scripts));
        apart(&service, &told, names).map_or(Ok(()), |apart| Err(format!("written {text}: {apart}")))
    });
    let counts = counts.into_inner();
    eprintln!("{cases} cases: {counts:?}");
    let few = |what: &str, part: u32| counts.get(what).is_none_or(|count| *count * (part as usize) < cases as usize);
    assert!(!few("values", 4) && !few("failed", 20) && !few("parks", 200), "{counts:?} show little");
}

fn shipped() -> (Plan, ScriptSet) {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let plan = language::compile(&SystemFiles, std::slice::from_ref(&rules)).plan.expect("the shipped rules are sound");
    let paths = std::fs::read_dir(rules.join("scripts")).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<String> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "rhai"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let files: Vec<_> = texts.iter().map(|text| (FileId(0), "script.rhai", text.as_str())).collect();
    (plan, ScriptSet::compile(&files).0)
}

/// Both records of a pair, and what rules read beside them, under the names that rules use.
fn world(plan: &Plan, pipeline: &Pipeline, choices: &mut Choices<'_>) -> Value {
    let mut names = Record::new();
    for side in Side::BOTH {
        let kind = pipeline.record(side);
        names.insert(kind.system.as_str(), choices.record(plan, kind));
    }
    for with in &pipeline.with {
        let found = (0..choices.below(3)).map(|_| choices.record(plan, &with.record)).collect::<Vec<_>>();
        let one = found.first().cloned().unwrap_or_default();
        names.insert(with.name.as_str(), if choices.one_in(2) { Value::from(found) } else { one });
    }
    Value::Record(names)
}

#[test]
fn every_expression_of_the_shipped_rules_comes_to_what_a_plain_interpreter_makes_of_it() {
    let (plan, scripts) = shipped();
    let cases = wished("PETIOLE_DIFFERENTIAL_CASES").unwrap_or(CASES) / 10;
    let valued = RefCell::new(BTreeSet::new());
    each(cases, |choices| {
        for pipeline in plan.pipelines.values() {
            let record = world(&plan, pipeline, choices);
            let lists = record.as_record().unwrap().values().filter_map(Value::as_record);
            let elements = lists.flat_map(Record::values).filter_map(Value::as_list).flatten().cloned();
            let elements: Vec<Value> = elements.chain([Value::Null]).collect();
            let element = &elements[choices.below(elements.len())];
            for expression in pipeline.expressions() {
                let names = Names { record: &record, element, scripts: &scripts };
                if let Some(apart) = apart(expression, expression.tree(), names) {
                    return Err(apart);
                }
                if interpreter::value(expression.tree(), names).is_ok_and(|value| !value.is_null()) {
                    valued.borrow_mut().insert(expression.tree().span);
                }
            }
        }
        Ok(())
    });
    let all = plan.pipelines.values().flat_map(|pipeline| pipeline.expressions()).count();
    let valued = valued.into_inner().len();
    eprintln!("{valued} of {all} expressions have had a value");
    assert!(valued * 2 > all, "{valued} of {all} expressions have had a value");
}
