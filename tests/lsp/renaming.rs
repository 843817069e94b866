//! Another name across files: asked for by the protocol, made in the files, and compiled again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use petiole::language::plan::{Plan, RecordType};
use petiole::language::{self, Compilation};
use petiole::world::SystemFiles;
use serde_json::{Value as Json, json};

use super::client::Client;
use super::{place, shipped};

const ORDERS: &str = "rules/pipelines/orders.yaml";

/// Asks for another name.
#[track_caller]
fn renamed(client: &mut Client, file: &str, (line, column): (usize, usize), name: &str) -> Json {
    let params = json!({
        "textDocument": { "uri": client.at(file) }, "position": { "line": line, "character": column }, "newName": name,
    });
    client.answered("textDocument/rename", params)
}

/// Makes the changes of an answer in the files, columns counted in bytes.
#[track_caller]
fn make(answer: &Json) {
    for change in answer["result"]["documentChanges"].as_array().unwrap() {
        let path = PathBuf::from(change["textDocument"]["uri"].as_str().unwrap().strip_prefix("file://").unwrap());
        let mut text = std::fs::read_to_string(&path).unwrap();
        let offset = |text: &str, place: &Json| {
            let number = |name: &str| usize::try_from(place[name].as_u64().unwrap()).unwrap();
            let before: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
            before + number("character")
        };
        let mut edits: Vec<(usize, usize, String)> = Vec::new();
        for edit in change["edits"].as_array().unwrap() {
            let (start, end) = (offset(&text, &edit["range"]["start"]), offset(&text, &edit["range"]["end"]));
            edits.push((start, end, edit["newText"].as_str().unwrap().to_owned()));
        }
        edits.sort();
        for (start, end, new) in edits.into_iter().rev() {
            text.replace_range(start..end, &new);
        }
        std::fs::write(&path, text).unwrap();
    }
}

fn compiled(folder: &Path) -> Compilation {
    language::compile(&SystemFiles, &[folder.join("rules")])
}

/// What a plan says of a field but its name: where it stands in answers, and how it is written.
fn wire(kind: &RecordType) -> Vec<String> {
    let said = |field: &petiole::language::plan::Field| {
        format!("{} {:?} {} {:?} {:?}", field.read_at, field.write, field.kind, field.presence, field.max)
    };
    kind.fields.iter().map(said).collect()
}

/// The whole plan up to a name: one of them stands for both.
fn said(plan: &Plan, [old, new]: [&str; 2], folder: &Path) -> (String, BTreeMap<String, Vec<String>>) {
    let text = plan.to_string().replace(&folder.display().to_string(), "");
    let mut whole = String::new();
    for word in text.split_inclusive(|letter: char| !letter.is_alphanumeric() && letter != '_') {
        let plain = word.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '_');
        whole.push_str(if plain == new { old } else { plain });
        whole.push_str(&word[plain.len()..]);
    }
    // Tables and pipelines stand there in the order of their names.
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.sort_unstable();
    let whole = lines.join("\n");
    let kinds = plan.systems.values().flat_map(|system| system.records.values());
    let wires = kinds.map(|kind| (format!("{}.{}", kind.system, kind.name), wire(kind))).collect();
    (whole, wires)
}

/// The property: whatever may get another name gets one, and the plan up to names stays what it was. Which names are
/// tried follows from a seed that is printed.
#[test]
fn a_new_name_changes_nothing_but_the_name() {
    let seed =
        std::env::var("PETIOLE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("seed {seed}: PETIOLE_SEED={seed} shows it again");
    let mut random = fastrand::Rng::with_seed(seed);
    let fixed = [
        (ORDERS, "via table payment_terms", "payment_terms"),
        (ORDERS, "via pipeline customers", "customers"),
        (ORDERS, "settings.orders.route_by", "route_by"),
        (ORDERS, "settings.prices.leaflink", "leaflink"),
        (ORDERS, "- rep.sales_rep_id", "rep"),
        (ORDERS, "flourish.order_status", "order_status"),
        (ORDERS, "flourish.order_timestamp", "order_timestamp"),
        (ORDERS, "by [item, lot_number]", "lot_number"),
        ("rules/systems/flourish.yaml", "each: facility in", "facility"),
    ];
    let folder = shipped();
    let fields = std::fs::read_to_string(folder.0.join("rules/systems/flourish.yaml")).unwrap();
    let lines: Vec<&str> = fields.lines().collect();
    let mut tried = 0;
    for at in 0..fixed.len() + 12 {
        let folder = shipped();
        let mut client = Client::start(&folder.0, &["utf-8"]);
        let (file, place) = match fixed.get(at) {
            Some((file, behind, wanted)) => {
                let text = client.open_saved(file);
                (*file, place(&text, behind, wanted))
            }
            None => {
                let file = "rules/systems/flourish.yaml";
                client.open_saved(file);
                let line = random.usize(..lines.len());
                let column = lines[line].len() - lines[line].trim_start().len();
                (file, (line, column))
            }
        };
        let (line, column) = place;
        let asked = json!({
            "textDocument": { "uri": client.at(file) }, "position": { "line": line, "character": column },
        });
        let prepared = client.answered("textDocument/prepareRename", asked);
        let Some(old) = prepared["result"]["placeholder"].as_str().map(str::to_owned) else { continue };
        let answer = renamed(&mut client, file, place, "zebra");
        assert!(answer.get("error").is_none(), "{old} at {place:?} of {file}: {answer}");
        let before = compiled(&folder.0);
        make(&answer);
        let after = compiled(&folder.0);
        let names = [old.as_str(), "zebra"];
        let plans = [&before, &after].map(|one| said(one.plan.as_ref().expect("a plan"), names, &folder.0));
        assert!(plans[0].1 == plans[1].1, "{old}: another place in what the system answers");
        // What was called so before by another is called so still.
        let is_same = plans[0].0 == plans[1].0;
        assert!(is_same, "{old} at {place:?} of {file}:\n{}\n{}", plans[0].0, plans[1].0);
        let texts = |one: &Compilation| one.findings.len();
        assert_eq!(texts(&before), texts(&after), "{old}");
        tried += 1;
    }
    assert!(tried >= fixed.len(), "{tried} names were tried");
}

#[test]
fn what_cannot_have_another_name_says_why() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let text = client.open_saved(ORDERS);
    for (behind, wanted, name, why) in [
        ("via table payment_terms", "payment_terms", "order_status", "there is a table `order_status` already"),
        ("via table payment_terms", "payment_terms", "a b", "`a b` is no name"),
        ("settings.orders.route_by", "route_by", "sync_statuses", "there is a setting `sync_statuses` already"),
        ("- rep.sales_rep_id", "rep", "leaflink", "with this name the rules would have an error"),
        ("between: [leaflink.order", "leaflink", "shop", "a system keeps its name"),
        ("    - leaflink.line_items[]", "line_items", "rows", "`line_items` holds several fields"),
    ] {
        let place = place(&text, behind, wanted);
        let answer = renamed(&mut client, ORDERS, place, name);
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(why), "{behind} as {name}: {answer}");
    }
    let settings = client.open_saved("rules/settings.yaml");
    let answer = renamed(&mut client, "rules/settings.yaml", place(&settings, "  mode: live", "mode"), "way");
    assert!(answer["error"]["message"].as_str().unwrap().contains("petiole itself reads `settings.mode`"), "{answer}");
    let leaflink = client.open_saved("rules/systems/leaflink.yaml");
    let answer = renamed(
        &mut client,
        "rules/systems/leaflink.yaml",
        place(&leaflink, "[].ordered_unit_price", "ordered_unit_price"),
        "x",
    );
    assert!(answer["error"]["message"].as_str().unwrap().contains("scripts are not read"), "{answer}");
}
