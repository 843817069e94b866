//! Edits of the lint fixtures' two small systems: what each does, and what lint says of it.

use std::path::Path;

use petiole::diagnostic::Severity;
use petiole::language;
use petiole::world::SystemFiles;

use crate::support::{Folder, copy, petiole};

/// A file, a text in it, and what to write instead. An empty text: at the end.
type Edit = (&'static str, &'static str, &'static str);

const PIPELINE: &str = "pipelines/parcels.yaml";
const RECEIVER: &str = "    - shop.buyer ?? \"somebody\" -> depot.receiver\n";
const TABLE: &str = "tables/stages.yaml";

fn edited(edits: &[Edit]) -> Folder {
    let folder = Folder::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/base"), &folder.0);
    for (file, from, to) in edits {
        let path = folder.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text.contains(from), "{file} has no {from:?}");
        let text = if from.is_empty() { format!("{text}{to}") } else { text.replacen(from, to, 1) };
        std::fs::write(&path, text).unwrap();
    }
    folder
}

/// Codes with messages, information left out.
fn found(edits: &[Edit]) -> Vec<String> {
    let folder = edited(edits);
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
    let told = compiled.findings.iter().filter(|one| one.severity != Severity::Info);
    told.map(|one| format!("{}: {}", one.code.0, one.message)).collect()
}

#[track_caller]
fn finds(edits: &[Edit], expected: &str) {
    let found = found(edits);
    assert!(found.iter().any(|one| one.contains(expected)), "{expected:?} is not in {found:#?}");
}

#[track_caller]
fn clean(edits: &[Edit]) {
    assert_eq!(found(edits), Vec::<String>::new());
}

#[test]
fn a_required_field_is_filled_whatever_the_settings_are() {
    let by_setting: Edit = ("ownership.yaml", "head: shop", "head: settings.describes");
    let setting: Edit = ("settings.yaml", "types:", "  describes: shop\ntypes:\n  describes: one of [shop, depot]");
    finds(
        &[by_setting, setting],
        "missing-required: `depot.parcel` is created without `receiver` while `describes` is depot",
    );
    let with_it: Edit = ("ownership.yaml", "create: shop", "create: settings.describes");
    clean(&[by_setting, setting, with_it]);
    let sometimes: Edit = (PIPELINE, "-> depot.receiver", "-> depot.receiver   when shop.gift");
    finds(&[sometimes], "created without `receiver` where the condition of its rule does not hold");
    let otherwise: Edit = (
        PIPELINE,
        "  content:\n",
        "    - cut(shop.note ?? \"\", 12) -> depot.receiver   unless shop.gift\n  content:\n",
    );
    clean(&[sometimes, otherwise]);
}

#[test]
fn what_both_ways_carry_says_which_rules_fill_it_when_it_is_made() {
    let both: Edit = (PIPELINE, RECEIVER, "    - shop.buyer <-> depot.receiver\n");
    let owned: Edit = ("ownership.yaml", "head: shop", "head: depot");
    let folder = edited(&[both, owned]);
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
    let found = compiled.findings.iter().find(|one| one.code.0 == "missing-required").unwrap();
    let help = found.help.as_deref().unwrap();
    assert!(
        help.contains("does not own `head`") && help.contains("`shop.buyer -> depot.receiver   on create`"),
        "{help}"
    );
    // What it says is clean, once it also says what goes there where there is none.
    let two = "    - shop.buyer <- depot.receiver\n";
    let made = "  content:\n    - shop.buyer ?? park \"no buyer\" -> depot.receiver   on create\n";
    clean(&[(PIPELINE, RECEIVER, two), owned, (PIPELINE, "  content:\n", made)]);
    let parks = "    - shop.buyer ?? park \"no buyer\" -> depot.receiver\n    - shop.buyer <- depot.receiver\n";
    clean(&[(PIPELINE, RECEIVER, parks), ("ownership.yaml", "head: shop", "head: both")]);
}

#[test]
fn two_writers_and_what_tells_them_apart() {
    let second: Edit =
        (PIPELINE, "  content:\n", "    - cut(shop.note ?? \"\", 12) -> depot.receiver   on create\n  content:\n");
    finds(&[second], "two-writers: `depot.receiver` is written by two rules");
    let one: Edit = (PIPELINE, "-> depot.receiver\n", "-> depot.receiver   when shop.state == \"New\"\n");
    let other: Edit = (
        PIPELINE,
        "  content:\n",
        "    - cut(shop.note ?? \"\", 12) -> depot.receiver   when shop.state == \"Paid\"\n  content:\n",
    );
    let writers = |edits: &[Edit]| found(edits).iter().any(|one| one.starts_with("two-writers"));
    assert!(!writers(&[one, other]));
    let same: Edit = (
        PIPELINE,
        "  content:\n",
        "    - cut(shop.note ?? \"\", 12) -> depot.receiver   when shop.state == \"New\"\n  content:\n",
    );
    assert!(writers(&[one, same]));
}

#[test]
fn a_value_that_two_rules_lead_round_comes_back_as_another() {
    let there: Edit = (
        PIPELINE,
        "    - shop.total -> depot.value   when not shop.gift\n",
        "    - shop.total + 1 -> depot.value   when shop.total != null\n  sum:\n    - shop.total <- depot.value\n",
    );
    let owner: Edit = ("ownership.yaml", "    state: shop", "    state: shop\n    sum: depot");
    finds(&[there, owner], "echo-loop: a change comes back: `shop.total` 3 → `depot.value` 4 → `shop.total` 4");
    let same: Edit = (PIPELINE, "shop.total + 1", "shop.total * 1");
    clean(&[there, owner, same]);
}

#[test]
fn states_that_never_come_to_rest() {
    // Towards Sent by way of Packed, and from Packed towards Void by way of Open: on and on.
    let moves: Edit = (
        "systems/depot.yaml",
        "        - Packed -> Sent: by people\n",
        "        - Packed -> Sent: POST /parcels/{id}/send\n        - Packed -> Open: POST /parcels/{id}/unpack\n",
    );
    let only: Edit = ("systems/depot.yaml", "- Open, Packed -> Void", "- Open -> Void");
    let rows: Edit =
        (TABLE, "  - otherwise ", "  - Paid -> Sent from Open\n  - Paid -> Void from Packed\n  - otherwise ");
    finds(
        &[moves, only, rows],
        "echo-loop: this never comes to rest: `shop.order` Paid → `depot.parcel` Packed → `depot.parcel` Open → …",
    );
}

#[test]
fn a_two_way_table_of_values_gives_back_what_it_was_given() {
    let systems: [Edit; 2] = [
        ("systems/shop.yaml", "      note: text\n", "      note: enum [Cash, Card]\n"),
        ("systems/depot.yaml", "      remark: text\n", "      remark: enum [Coins, Plastic]\n"),
    ];
    let rule: Edit =
        (PIPELINE, "    - if settings.remarks == \"keep\" then shop.note else null -> depot.remark   or clear\n", "");
    let with_type = "  remarks: keep\n  bring: [Paid]\ntypes:\n  remarks: one of [keep, drop]\n";
    let setting: Edit = ("settings.yaml", with_type, "  bring: [Paid]\ntypes:\n");
    let group: Edit =
        (PIPELINE, "  content:\n", "  pay:\n    - shop.note <-> depot.remark   via table pay\n  content:\n");
    let owner: Edit = ("ownership.yaml", "    state: shop", "    state: shop\n    pay: both");
    let table = |rows: &'static str| -> Edit { ("tables/pay.yaml", "", rows) };
    let edits = |rows| [systems[0], systems[1], rule, setting, group, owner, table(rows)];
    let good = edits(
        "table: pay\nbetween: [shop.order.note, depot.parcel.remark]\nrows:\n  - Cash <-> Coins\n  - Card <-> Plastic\n",
    );
    clean(&good);
    let bad = edits(
        "table: pay\nbetween: [shop.order.note, depot.parcel.remark]\nrows:\n  - Cash <-> Coins\n  - Card -> Coins\n  - Card <- Plastic\n",
    );
    finds(&bad, "echo-loop: a change comes back: `shop.order` Card → `depot.parcel` Coins → `shop.order` Cash");
    let lossy = edits(
        "table: pay\nbetween: [shop.order.note, depot.parcel.remark]\nrows:\n  - Cash, Card <-> Coins\n  - Cash <- Plastic\n",
    );
    finds(&lossy, "lossy-round-trip: Card becomes Coins and comes back as Cash");
}

#[test]
fn fields_of_other_kinds_are_no_pair_for_both_ways() {
    let date: Edit = ("systems/depot.yaml", "      value: decimal\n", "      value: integer\n");
    let rule: Edit =
        (PIPELINE, "    - shop.total -> depot.value   when not shop.gift\n", "    - shop.total <-> depot.value\n");
    finds(&[date, rule], "lossy-round-trip: `total` is decimal and `value` is integer");
}

#[test]
fn free_text_needs_an_otherwise() {
    let text: Edit = ("systems/shop.yaml", "state: enum [New, Paid, Cancelled], read only", "state: text, read only");
    let otherwise: Edit = (TABLE, "  - otherwise   ->  nothing   because the depot packs when it can\n", "");
    assert!(!found(&[text]).iter().any(|one| one.starts_with("unmapped-value")));
    finds(&[text, otherwise], "unmapped-value: table `stages` has no row for this: `shop.order` may hold any text");
}

#[test]
fn a_circle_counts_only_where_something_is_created() {
    let via: Edit =
        (PIPELINE, RECEIVER, "    - shop.buyer ?? park \"nobody\" -> depot.receiver   via pipeline people\n");
    let refers: [Edit; 2] = [
        ("systems/shop.yaml", "buyer: text", "buyer: -> order"),
        ("systems/depot.yaml", "receiver: text", "receiver: -> parcel"),
    ];
    let people = |create: &'static str| -> Edit { ("pipelines/people.yaml", "", create) };
    let owner: Edit = ("ownership.yaml", "  parcels:", "  people:\n    head: shop\n  parcels:");
    let circle = [
        refers[0],
        refers[1],
        via,
        owner,
        people(
            "pipeline: people\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\ncreate:\n  depot: on demand\nfields:\n  head:\n    - shop.number -> depot.order_ref   on create\n    - shop.number -> depot.receiver   via pipeline parcels   on create\n",
        ),
    ];
    finds(&circle, "dependency-cycle: these pipelines wait for each other: parcels → people → parcels");
    let line = [
        refers[0],
        refers[1],
        via,
        owner,
        people(
            "pipeline: people\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\nfields:\n  head:\n    - shop.number -> depot.receiver   via pipeline parcels   on create\n",
        ),
    ];
    assert!(!found(&line).iter().any(|one| one.starts_with("dependency-cycle")), "{:?}", found(&line));
}

#[test]
fn what_may_be_allowed_and_what_not() {
    let unused: Edit = ("settings.yaml", "types:", "  colour: green\ntypes:\n  colour: one of [green, red]");
    let allow = |line: &'static str| -> Edit { ("settings.yaml", "", line) };
    clean(&[unused, allow("allow:\n  - unused-setting because of the next season\n")]);
    clean(&[unused, allow("allow:\n  - unused-setting in settings.colour because of the next season\n")]);
    finds(
        &[unused, allow("allow:\n  - unused-setting in settings.bring because of it\n")],
        "unused-allow: `unused-setting` is allowed here",
    );
    finds(
        &[unused, allow("allow:\n  - unused-setting in settings.color because of it\n")],
        "unknown-key: this file has no key `settings.color`: there is no `color`",
    );
    let two: Edit = (
        "settings.yaml",
        "types:",
        "  colour: green\n  shade: green\ntypes:\n  shade: text\n  colour: one of [green, red]",
    );
    finds(
        &[two, allow("allow:\n  - unused-setting because of it\n")],
        "wide-allow: `unused-setting` is allowed for the whole file, and hides 2 findings",
    );
    clean(&[two, allow("allow:\n  - unused-setting in settings because of it\n")]);
    let one = allow("allow:\n  - unused-setting in settings.shade because of it\n");
    assert_eq!(found(&[two, one]), ["unused-setting: nothing reads `settings.colour`"]);
    finds(
        &[unused, allow("allow:\n  - unused-setting\n")],
        "wrong-allow: `unused-setting` is allowed without a reason",
    );
    finds(
        &[unused, allow("allow:\n  - unused-seting because of it\n")],
        "unknown-lint: there is no lint `unused-seting`",
    );
    finds(&[allow("allow:\n  - unused-setting because of it\n")], "unused-allow: `unused-setting` is allowed here");
    finds(&[(TABLE, "", "allow:\n  - two-writers because of it\n")], "wrong-allow: `two-writers` is an error");
    finds(&[("systems/shop.yaml", "", "allow:\n  - unused-table because of it\n")], "unused-allow: `unused-table`");
}

#[test]
fn words_of_a_row_stand_alone_and_on_their_side() {
    finds(&[(TABLE, "otherwise   ->", "otherwise, New ->")], "syntax-rule: `otherwise` stands alone");
    finds(&[(TABLE, "->  Void ", "->  otherwise ")], "syntax-rule: `otherwise` stands on the other side");
}

#[test]
fn denied_warnings_fail_and_information_never_does() {
    let folder = edited(&[("settings.yaml", "types:", "  colour: green\ntypes:\n  colour: one of [green, red]")]);
    let code = |arguments: &[&str], folder: &Folder| {
        petiole().arg("lint").args(arguments).arg(&folder.0).output().unwrap().status.code()
    };
    assert_eq!(code(&[], &folder), Some(0));
    assert_eq!(code(&["--deny-warnings"], &folder), Some(1));
    let muted = edited(&[("ownership.yaml", "content: shop", "content: depot")]);
    let done = petiole().args(["lint", "--deny-warnings", "--format", "json"]).arg(&muted.0).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["findings"][0]["severity"], "info");
    assert_eq!((&report["errors"], &report["warnings"]), (&serde_json::json!(0), &serde_json::json!(0)));
}

#[test]
fn a_new_record_begins_as_its_system_says() {
    let row: Edit = (TABLE, "->  Open      on create", "->  Packed      on create");
    finds(&[row], "unreachable-state: no call leads a new `depot.parcel` to Packed: it begins as Open");
}

#[test]
fn what_is_added_to_a_list_follows_the_create() {
    let add: Edit = (
        "systems/depot.yaml",
        "      create: POST /parcels\n",
        "      create: POST /parcels\n      add to content: POST /parcels/{id}/content\n",
    );
    clean(&[add]);
    let with_it: Edit = (PIPELINE, "depot.content[] by [sku]:", "depot.content[] by [sku]   on create:");
    finds(&[add, with_it], "read-only: `content` has a call of its own, which is made once the parcel is there");
}

#[test]
fn what_each_element_needs_is_filled_by_the_list() {
    let required: Edit = ("systems/depot.yaml", "content[].sku: text", "content[].sku: text, required on create");
    let always: Edit = ("systems/shop.yaml", "lines[].sku: text", "lines[].sku: text, always");
    finds(&[required], "missing-required: `depot.parcel` needs `content[].sku`, and this may be null");
    clean(&[required, always]);
    let count: Edit =
        ("systems/depot.yaml", "content[].count: decimal", "content[].count: decimal, required on create");
    let left_out: Edit = (PIPELINE, "        - .count -> .count\n", "");
    finds(&[count, left_out], "missing-required: `depot.parcel` gets elements without `content[].count`");
    let sometimes: Edit = (PIPELINE, "        - .count -> .count\n", "        - .count -> .count   when .count > 1\n");
    let counted: Edit = ("systems/shop.yaml", "lines[].count: decimal", "lines[].count: decimal, always");
    finds(
        &[count, counted, sometimes],
        "elements without `content[].count` where the condition of its rule does not hold",
    );
}

#[test]
fn a_fix_never_turns_round_what_is_meant() {
    let rule = |line: &str| format!("    - {line}\n");
    for written in [
        "shop.buyer ?? \"somebody\" -> depot.receiver   when shop.state != \"Unpaid\"",
        "shop.buyer ?? \"somebody\" -> depot.receiver   when shop.state == \"XNew\"",
        "shop.buyer ?? \"somebody\" -> depot.receiver   on update",
        "shop.buyer ?? \"somebody\" -> depot.receiver   once",
        "shop.buyer | trim -> depot.receiver",
        "shop.buyer ?? \"somebody\" -> depot.receiver   when shop.gift xor shop.gift",
    ] {
        let folder = edited(&[]);
        let path = folder.0.join(PIPELINE);
        let text = std::fs::read_to_string(&path).unwrap().replace(RECEIVER, &rule(written));
        std::fs::write(&path, &text).unwrap();
        let done = petiole().args(["lint", "--fix", "--rules", &folder.0.display().to_string()]).output().unwrap();
        let told = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{written}: {told}");
        assert_eq!(done.status.code(), Some(1), "{written}: {told}");
    }
    // A slip of a letter is mended.
    let folder = edited(&[(PIPELINE, RECEIVER, "    - shop.buyr ?? \"somebody\" -> depot.receiver\n")]);
    let done = petiole().args(["lint", "--fix", "--rules", &folder.0.display().to_string()]).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
}

#[test]
fn a_status_that_the_whole_pipeline_keeps_back_is_lost() {
    let beside = |line: &'static str| -> Edit { (PIPELINE, "create:\n", line) };
    finds(
        &[beside("when: not shop.gift\n\ncreate:\n")],
        "lost-status: `shop.order` becomes Cancelled and `depot.parcel` stays Open, and nobody is told",
    );
    finds(
        &[beside("untouched: { depot: [remark, stage] }\n\ncreate:\n")],
        "lost-status: the state of `depot.parcel` never follows, and nobody is told",
    );
    clean(&[beside("untouched: { depot: [remark] }\n\ncreate:\n")]);
    clean(&[beside("when: settings.remarks == \"keep\"\n\ncreate:\n")]);
}

#[test]
fn a_row_writes_one_value_and_spells_numbers_as_they_are_met() {
    let table = |rows: &str| format!("table: sizes\nbetween: [shop.order.total, depot.parcel.value]\nrows:\n{rows}");
    let finds = |rows: &str, expected: &str| {
        let folder = edited(&[]);
        std::fs::write(folder.0.join("tables/sizes.yaml"), table(rows)).unwrap();
        let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
        let told = compiled.findings.iter().map(|one| format!("{}: {}", one.code.0, one.message));
        let told: Vec<String> = told.collect();
        assert!(told.iter().any(|one| one.contains(expected)), "{rows}: {expected:?} is not in {told:#?}");
    };
    finds("  - 1 -> 1,5\n", "type-value: a row writes one value, and this one has 2");
    finds("  - 1.50 -> 2\n", "type-number: `1.50` is the number 1.5, and rows are met by how numbers are written");
    finds("  - 01 -> 2\n", "type-number: `01` is the number 1");
    finds("  - 1 -> 2.0\n", "type-number: `2.0` is the number 2");
}

#[test]
fn what_a_row_writes_is_no_longer_than_the_field() {
    let table = "table: names\nbetween: [shop.order.buyer, depot.parcel.receiver]\nrows:\n  - Ada -> the first of all \
                 programmers\n  - otherwise -> nothing because nobody else has one\n";
    finds(
        &[
            (PIPELINE, RECEIVER, "    - shop.buyer -> depot.receiver   via table names\n"),
            ("tables/names.yaml", "", table),
        ],
        "unknown-value: table `names` writes `the first of all programmers` here: `receiver` holds 12 characters",
    );
}
