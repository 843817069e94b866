//! Two rules that write one field in turn: in whatever order their condition, what they read and the field itself
//! change, and however seldom anybody looks, the field follows the rule that holds, and an edit of it stays until then.

use petiole::language;
use petiole::language::plan::{Plan, Side};
use petiole::value::{Record, Value};
use petiole::world::SystemFiles;

use super::course::Course;
use super::peers::{Habits, Peers};
use crate::support::{Folder, copy};

/// What may happen: the condition changes, what the rules read does, or somebody edits what they write.
const ACTS: [&str; 4] = ["flip", "note", "buyer", "edit"];

/// Rows of the tables through which one field is read in turn.
const TABLES: [(&str, [&str; 2]); 2] = [("fine", ["Fine one", "Fine two"]), ("plain", ["one", "two"])];

fn plan(rules: &str) -> Plan {
    let folder = Folder::new();
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rule_test");
    copy(&corpus.join("base"), &folder.0);
    std::fs::remove_dir_all(folder.0.join("tables")).unwrap();
    let head = "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\n";
    let text = format!("{head}fields:\n  head:\n{rules}");
    std::fs::write(folder.0.join("pipelines/parcels.yaml"), text).unwrap();
    let owners = "ownership:\n  parcels:\n    head: shop\n";
    std::fs::write(folder.0.join("ownership.yaml"), owners).unwrap();
    if rules.contains("table") {
        for (name, [one, two]) in TABLES {
            let rows =
                format!("rows:\n  - n1 -> {one}\n  - n2 -> {two}\n  - otherwise -> park because it is no note\n");
            let text = format!("table: {name}\nbetween: [shop.order.note, depot.parcel.remark]\n{rows}");
            std::fs::write(folder.0.join(format!("{name}.yaml")), text).unwrap();
        }
    }
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
    compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.findings))
}

/// What the rules should lead to.
struct Model {
    gift: bool,
    note: usize,
    buyer: usize,
    remark: String,
    /// What was carried over last, and how.
    carried: (String, String),
}

impl Model {
    fn order(&self) -> Record {
        Record::from([
            ("number", Value::Integer(5)),
            ("state", Value::text("Paid")),
            ("note", Value::text(["n1", "n2"][self.note])),
            ("buyer", Value::text(["b1", "b2"][self.buyer])),
            ("gift", Value::Bool(self.gift)),
        ])
    }

    fn parcel(&self) -> Record {
        Record::from([
            ("id", Value::text("p")),
            ("order_ref", Value::Integer(5)),
            ("stage", Value::text("Open")),
            ("remark", Value::text(self.remark.as_str())),
        ])
    }

    /// The rule that holds looks: what it reads, how it carries that over, and what comes of it.
    fn looks(&mut self, by_tables: bool) {
        let note = ["n1", "n2"][self.note];
        let (source, way, wanted) = match (by_tables, self.gift) {
            (false, true) => (note, "", note),
            (false, false) => (["b1", "b2"][self.buyer], "", ["b1", "b2"][self.buyer]),
            (true, gift) => {
                let (name, words) = TABLES[usize::from(!gift)];
                (note, name, words[self.note])
            }
        };
        let speaks = (way.to_owned(), source.to_owned());
        if self.carried != speaks {
            wanted.clone_into(&mut self.remark);
            self.carried = speaks;
        }
    }

    fn does(&mut self, act: &str) {
        match act {
            "flip" => self.gift = !self.gift,
            "note" => self.note = 1 - self.note,
            "buyer" => self.buyer = 1 - self.buyer,
            _ => "edited".clone_into(&mut self.remark),
        }
    }
}

/// Plays acts, with a look after those that a mask names and after the last.
fn plays(plan: &Plan, by_tables: bool, acts: &[&str], looks: usize) -> Result<(), String> {
    let mut model = Model { gift: false, note: 0, buyer: 0, remark: String::new(), carried: <_>::default() };
    model.looks(by_tables);
    let peers = Peers::new(plan, [Habits::default(), Habits::default()]);
    let mut course = Course::new(peers, Value::Record(Record::new()), (Side::Left, Value::Record(model.order())));
    course.linked_with(Value::Record(model.parcel()));
    course.until_rest(None)?;
    for (at, act) in acts.iter().enumerate() {
        model.does(act);
        *course.situation.record_mut(Side::Left) = Some(Value::Record(model.order()));
        let edited = course.situation.record(Side::Right).and_then(Value::as_record).cloned();
        let mut parcel = edited.unwrap_or_default();
        if *act == "edit" {
            parcel.insert("remark", Value::text("edited"));
        }
        *course.situation.record_mut(Side::Right) = Some(Value::Record(parcel));
        if looks >> at & 1 == 1 || at + 1 == acts.len() {
            model.looks(by_tables);
            course.until_rest(None)?;
            let held = course.situation.record(Side::Right).map(|parcel| parcel.field("remark").clone());
            if held != Some(Value::text(model.remark.as_str())) {
                return Err(format!("{acts:?}, looks {looks:b}: {held:?} and not {}", model.remark));
            }
        }
    }
    Ok(())
}

fn whatever_happens(rules: &str) {
    let plan = plan(rules);
    let count = ACTS.len();
    for number in 0..count.pow(4) {
        let acts: Vec<&str> = (0..4).map(|at| ACTS[number / count.pow(at) % count]).collect();
        for looks in [0b111, 0b010, 0] {
            plays(&plan, rules.contains("table"), &acts, looks).unwrap_or_else(|wrong| panic!("{wrong}"));
        }
    }
}

#[test]
fn a_field_follows_the_one_of_two_rules_that_holds() {
    whatever_happens(
        "    - shop.note -> depot.remark when shop.gift\n    - shop.buyer -> depot.remark unless shop.gift\n",
    );
}

#[test]
fn a_field_follows_the_one_of_two_tables_that_holds() {
    whatever_happens(
        "    - shop.note -> depot.remark via table fine when shop.gift\n    \
         - shop.note -> depot.remark via table plain unless shop.gift\n",
    );
}
