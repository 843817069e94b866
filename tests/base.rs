//! The base of a written field: shared by rules that write it in turn, and found where an older version kept it.

use std::path::Path as File;

use petiole::engine::BaseValues;
use petiole::engine::base::{Base, keep, known};
use petiole::language;
use petiole::language::plan::{FieldRule, Pipeline, Plan};
use petiole::value::Value;
use petiole::world::SystemFiles;

use crate::support::{Folder, copy};

fn plan() -> Plan {
    let folder = Folder::new();
    let corpus = File::new(env!("CARGO_MANIFEST_DIR")).join("tests/rule_test");
    copy(&corpus.join("base"), &folder.0);
    copy(&corpus.join("takes_turns"), &folder.0);
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
    compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.findings))
}

fn rule<'p>(pipeline: &'p Pipeline, source: &str) -> &'p FieldRule {
    pipeline.rules.iter().find(|rule| rule.id.contains(source) && !rule.on_create).unwrap()
}

fn values(left: &str, right: &str) -> BaseValues {
    BaseValues::new(Value::text(left), Value::text(right))
}

#[test]
fn a_base_under_the_text_of_its_rule_is_read_and_kept_anew_under_the_field() {
    let plan = plan();
    let parcels = &plan.pipelines["parcels"];
    let receiver = rule(parcels, "somebody");
    // Its group was called otherwise, and its line had other blanks.
    let old = "parcels/top: shop.buyer  ??  \"somebody\" -> depot.receiver".to_owned();
    let mut base = Base::from([(old.clone(), values("Ann", "Ann"))]);
    assert!(known(&base, receiver).unwrap().same(&values("Ann", "Ann")));
    keep(&mut base, parcels, receiver, &values("Bob", "Bob"), None);
    assert!(!base.contains_key(&old), "{base:?}");
    assert!(known(&base, receiver).unwrap().same(&values("Bob", "Bob")));
}

#[test]
fn rules_that_write_one_field_in_turn_share_its_base() {
    let plan = plan();
    let parcels = &plan.pipelines["parcels"];
    let (note, buyer) = (rule(parcels, "shop.note"), rule(parcels, "shop.buyer -> depot.remark"));
    let mut base = Base::new();
    keep(&mut base, parcels, note, &values("ring", "ring"), None);
    assert!(known(&base, buyer).unwrap().same(&values("ring", "ring")));
    assert!(base.len() == 1, "{base:?}");
}

#[test]
fn a_base_is_read_as_it_was_kept_and_a_null_that_was_sent_is_no_silence() {
    let sent = |sent: Option<Value>| BaseValues { sent, ..values("Ann", "Bob") };
    let text = |values: &BaseValues| serde_json::to_string(values).unwrap();
    for sent in [None, Some(Value::Null), Some(Value::text("Ann")), Some(Value::List(ecow::EcoVec::new()))].map(sent) {
        assert_eq!(serde_json::from_str::<BaseValues>(&text(&sent)).unwrap(), sent);
    }
    // As it was kept before the two were told apart.
    let silent = sent(None);
    assert!(text(&silent).contains(r#""sent":null"#), "{}", text(&silent));
}
