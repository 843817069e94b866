//! Who wins where both sides of a pair changed one value: a dead state beats a living one, whichever came later;
//! else the later change; else the side that is named first.

use std::path::Path as File;

use petiole::engine::conflict::winner;
use petiole::language;
use petiole::language::plan::{Plan, Side};
use petiole::value::{Path, Value};
use petiole::world::SystemFiles;

use crate::support::{Folder, copy};

const EARLY: &str = "2026-01-05T11:00:00Z";
const LATE: &str = "2026-01-05T12:00:00Z";

fn plan() -> Plan {
    let folder = Folder::new();
    let corpus = File::new(env!("CARGO_MANIFEST_DIR")).join("tests/rule_test");
    copy(&corpus.join("base"), &folder.0);
    copy(&corpus.join("promises"), &folder.0);
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
    compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.findings))
}

/// Who wins between an order's and a parcel's value of a field, each with the instant of its change.
fn won(fields: [&str; 2], (state, changed): (&str, &str), (stage, touched): (&str, &str)) -> Side {
    let plan = plan();
    let kinds = [plan.record("shop", "order").unwrap().as_ref(), plan.record("depot", "parcel").unwrap().as_ref()];
    let record = |name: &str, at: &str| {
        let at = Value::Timestamp(at.parse().unwrap());
        Value::Record([(name.to_owned(), at)].into_iter().collect())
    };
    let records = [record("changed_at", changed), record("touched", touched)];
    let paths = fields.map(Path::field);
    let values = [Value::text(state), Value::text(stage)];
    winner(kinds, records.each_ref(), paths.each_ref().map(Some), values.each_ref())
}

#[test]
fn a_dead_state_beats_a_living_one_that_came_later() {
    assert_eq!(won(["state", "stage"], ("Paid", LATE), ("Void", EARLY)), Side::Right);
    assert_eq!(won(["state", "stage"], ("Cancelled", EARLY), ("Packed", LATE)), Side::Left);
}

#[test]
fn between_two_living_or_two_dead_the_later_wins() {
    assert_eq!(won(["state", "stage"], ("Paid", LATE), ("Packed", EARLY)), Side::Left);
    assert_eq!(won(["state", "stage"], ("Paid", EARLY), ("Packed", LATE)), Side::Right);
    assert_eq!(won(["state", "stage"], ("Cancelled", EARLY), ("Void", LATE)), Side::Right);
    assert_eq!(won(["state", "stage"], ("Cancelled", LATE), ("Void", EARLY)), Side::Left);
}

#[test]
fn at_one_instant_the_side_named_first_wins() {
    assert_eq!(won(["state", "stage"], ("Paid", LATE), ("Packed", LATE)), Side::Left);
}

#[test]
fn what_is_no_state_is_never_dead() {
    assert_eq!(won(["shared", "shared"], ("x", LATE), ("Void", EARLY)), Side::Left);
}
