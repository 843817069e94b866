//! `petiole replay`: journalled decisions made again under other rules, by rule line, and never guessed.

use std::path::Path;
use std::process::Output;

use serde_json::{Value as Json, json};

use crate::support::{Trade, at_rest, copy, http, own, send, until};
use petiole::world::Method;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A trade whose orders crossed, and whose service has ended.
fn traded() -> Trade {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    own(&trade.rules, "inventory", "flourish");
    for side in [&trade.leaflink, &trade.flourish] {
        send(Method::Post, &format!("{}/_control/world", side.url), &json!({ "seed": 3, "items": 4 }));
    }
    let service = trade.run("300ms");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    until("the orders crossed", || trade.orders().len() == 3 && at_rest(&service.url));
    drop(service);
    trade
}

fn replay(trade: &Trade, arguments: &[&str]) -> Output {
    let mut all = vec!["replay"];
    all.extend(arguments);
    let mut command = trade.command(&all);
    // What the journal was written under is in the journal.
    command.env_remove("FLOURISH_API_KEY").env_remove("FLOURISH_FACILITY_ID").output().unwrap()
}

fn json_of(trade: &Trade, arguments: &[&str]) -> (i32, Json) {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    let output = replay(trade, &all);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{told}")))
}

/// A copy of the rules in which a text of a file is another, without the tests beside it.
fn candidate(trade: &Trade, file: &str, old: &str, new: &str) -> String {
    let folder = trade.folder.0.join("candidate");
    copy(&trade.rules, &folder);
    edited(&folder.join(file), old, new);
    folder.display().to_string()
}

fn edited(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    let (rules, _) = text.split_once("\ntests:\n").unwrap_or((&text, ""));
    assert!(rules.contains(old), "{old}");
    std::fs::write(path, format!("{}\n", rules.replace(old, new))).unwrap();
}

fn text_of(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!told.contains("key-for-tests"), "{told}");
    told
}

#[test]
fn the_rules_that_decided_decide_the_same_again_without_a_secret_or_a_call() {
    let mut trade = traded();
    // Nobody can be asked.
    trade.flourish.kill();
    trade.leaflink.kill();
    let (code, done) = json_of(&trade, &[]);
    assert_eq!((code, &done["verdict"], &done["not_told"]), (0, &json!("same"), &json!(0)), "{done:#}");
    assert!(done["decisions"].as_u64() > Some(10), "{done:#}");
    assert_eq!(done["decisions"], done["came_out_the_same"]);
    let (code, none) = json_of(&trade, &["--since", "1ms"]);
    assert_eq!((code, &none["decisions"]), (0, &json!(0)), "{none:#}");
    let (_, all) = json_of(&trade, &["--since", "1d"]);
    assert_eq!((&all["decisions"], &all["differences"]), (&done["decisions"], &done["differences"]), "{all:#}");
    for wrong in ["yesterday", "", "2026-13-01", "2026-03-01 and more", "12 parsecs", "-5m"] {
        let refused = replay(&trade, &[&format!("--since={wrong}")]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!((refused.status.code(), told.contains("--since")), (Some(2), true), "{wrong}: {told}");
    }
}

#[test]
fn what_comes_out_otherwise_is_told_by_the_rule_line_that_makes_it() {
    let trade = traded();
    let line = "    - order_notes(leaflink)              -> flourish.notes         on create\n";
    // All that stands behind it stands one line further down, which is no difference.
    let other = "    # What was said\n    # is nobody's business.\n";
    let rules = candidate(&trade, "pipelines/orders.yaml", line, other);
    let (code, done) = json_of(&trade, &["--rules", &rules]);
    let differences = done["differences"].as_array().unwrap();
    assert_eq!((code, records(differences), &done["not_told"]), (5, 3, &json!(0)), "{done:#}");
    for one in differences {
        assert_eq!((&one["then"]["action"], &one["now"]["action"]), (&json!("create"), &json!("create")), "{one:#}");
        assert!(one["then"]["fields"]["notes"].is_array() && one["now"]["fields"]["notes"].is_null(), "{one:#}");
        // The line that is no more stood in the rules that served.
        let lines = one["rules"].as_array().unwrap();
        assert_eq!(lines.len(), 1, "{one:#}");
        assert!(is_at(&lines[0], &trade.rules.join("pipelines/orders.yaml"), "order_notes(leaflink)"), "{one:#}");
    }
    let told = text_of(&replay(&trade, &["--rules", &rules]));
    assert!(told.contains("    now:  create flourish.outbound_order: notes not written\n"), "{told}");
}

/// How many records differences are about; of one a decision may have been made more than once.
fn records(differences: &[Json]) -> usize {
    differences.iter().map(|one| one["record"].as_str()).collect::<std::collections::BTreeSet<_>>().len()
}

/// Whether a rule line stands in a file where that has this text.
fn is_at(line: &Json, file: &Path, text: &str) -> bool {
    let written = std::fs::read_to_string(file).unwrap();
    let place = written.lines().position(|line| line.contains(text)).unwrap() + 1;
    line.as_str().unwrap() == format!("{}:{place}", file.display())
}

#[test]
fn a_row_of_a_table_is_named_where_it_makes_the_difference() {
    let trade = traded();
    let row = "- Accepted                       <-   Created               from Submitted\n";
    let other = "- nothing                        <-   Created               from Submitted   because people accept\n";
    let rules = candidate(&trade, "tables/order_status.yaml", row, other);
    let (code, done) = json_of(&trade, &["--rules", &rules]);
    let differences = done["differences"].as_array().unwrap();
    assert_eq!((code, records(differences), &done["not_told"]), (5, 3, &json!(0)), "{done:#}");
    let table = Path::new(&rules).join("tables/order_status.yaml");
    for one in differences {
        assert_eq!((&one["then"]["action"], &one["now"]["action"]), (&json!("move"), &json!("nothing")), "{one:#}");
        assert!(is_at(&one["rules"][0], &table, "because people accept"), "{one:#}");
    }
}

#[test]
fn other_settings_make_a_difference_and_what_the_journal_lacks_is_counted() {
    let trade = traded();
    let rules = candidate(&trade, "settings.yaml", "external_id_key: petiole", "external_id_key: ours");
    let (code, done) = json_of(&trade, &["--rules", &rules]);
    assert_eq!((code, &done["verdict"], &done["not_told"]), (5, &json!("differs"), &json!(0)), "{done:#}");
    let differences = done["differences"].as_array().unwrap();
    let written = |one: &&Json| one["then"]["fields"]["external_ids"]["petiole"].is_string();
    assert_eq!(records(&differences.iter().filter(written).cloned().collect::<Vec<_>>()), 3, "{done:#}");
    for one in differences {
        assert_eq!((&one["pipeline"], &one["now"]["action"]), (&json!("orders"), &json!("update")), "{one:#}");
        assert!(one["now"]["fields"]["external_ids"]["ours"].is_string(), "{one:#}");
        assert!(one["rules"][0].as_str().unwrap().contains("candidate/pipelines/orders.yaml:"), "{one:#}");
    }
    let text = text_of(&replay(&trade, &["--rules", &rules]));
    assert!(text.contains("    then: update leaflink.order: external_ids = "), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("Replay: ") && last.ends_with(" otherwise, 0 not told."), "{text}");
    assert_eq!(text_of(&replay(&trade, &["--rules", &rules])), text);
    // Other orders come over: what is said is the same, and the line that asks the setting is named.
    let rules = candidate(&trade, "settings.yaml", "sync_statuses: [Submitted]", "sync_statuses: [Accepted]");
    let (code, done) = json_of(&trade, &["--rules", &rules]);
    let differences = done["differences"].as_array().unwrap();
    assert_eq!((code, records(differences)), (5, 3), "{done:#}");
    let create = Path::new(&rules).join("pipelines/orders.yaml");
    for one in differences {
        assert_eq!((&one["then"]["action"], &one["now"]["action"]), (&json!("create"), &json!("nothing")), "{one:#}");
        assert_eq!(one["rules"].as_array().unwrap().len(), 1, "{one:#}");
        assert!(is_at(&one["rules"][0], &create, "in settings.orders.sync_statuses"), "{one:#}");
    }
    // Which facility it is was looked for otherwise then: the journal has the one that was found, and no other.
    let rules =
        candidate(&trade, "settings.yaml", "default_facility: ${FLOURISH_FACILITY_ID}", "default_facility: other");
    let (code, done) = json_of(&trade, &["--rules", &rules]);
    assert!(done["not_told"].as_u64() > Some(0), "{code} {done:#}");
    let mut wants = done["not_told_for_want_of"].as_object().unwrap().keys();
    assert!(wants.any(|want| want.contains("all flourish.facility, of which the journal keeps")), "{done:#}");
}

/// The only want of a replay in which something cannot be told, and nothing else comes out otherwise.
fn want_of(trade: &Trade, rules: &str) -> String {
    let (code, done) = json_of(trade, &["--rules", rules]);
    assert_eq!((code, &done["verdict"], &done["differences"]), (3, &json!("untold"), &json!([])), "{done:#}");
    let wants = done["not_told_for_want_of"].as_object().unwrap();
    assert_eq!(wants.len(), 1, "{done:#}");
    wants.keys().next().unwrap().clone()
}

#[test]
fn what_was_not_read_or_was_asked_otherwise_is_told_as_such() {
    let trade = traded();
    // A field that no rule read: what was seen of it all the same is told by, and where it was not it may be anything.
    let dba = "    - leaflink.dba                     -> flourish.alias            on create\n";
    let named =
        "    - if leaflink.state == \"\" then leaflink.nickname else leaflink.dba -> flourish.alias on create\n";
    let rules = candidate(&trade, "pipelines/customers.yaml", dba, named);
    assert_eq!(want_of(&trade, &rules), "`leaflink.customer.nickname`, which the rules of then did not read");
    let note = "order_notes(leaflink)              -> flourish.notes         on create\n";
    let seen = "(if leaflink.classification == \"-\" then [] else order_notes(leaflink)) -> flourish.notes on create\n";
    let rules = candidate(&trade, "pipelines/orders.yaml", note, seen);
    let (code, done) = json_of(&trade, &["--rules", &rules]);
    assert_eq!((code, &done["verdict"], &done["not_told"]), (0, &json!("same"), &json!(0)), "{done:#}");
    // A field that stands elsewhere in what the system sends.
    let rules = candidate(&trade, "systems/leaflink.yaml", "      nickname: text", "      nickname: text, at alias");
    assert_eq!(want_of(&trade, &rules), "leaflink.customer as its system file describes it now");
    // What is listed for other facilities.
    let rules = candidate(
        &trade,
        "settings.yaml",
        "    facilities:\n      - ${FLOURISH_FACILITY_ID}",
        "    facilities: [other]",
    );
    let want = want_of(&trade, &rules);
    assert_eq!(want, "flourish.inventory_summary as it is listed for `settings.stock.facilities` now");
    // What matches by another value.
    let matched = "match: license(leaflink.license_number) == license(flourish.license_number)";
    let other = "match: license(leaflink.license_number) == license(flourish.license_number ?? \"\")";
    let rules = candidate(&trade, "pipelines/customers.yaml", matched, other);
    let (_, done) = json_of(&trade, &["--rules", &rules]);
    let wants: Vec<_> = done["not_told_for_want_of"].as_object().unwrap().keys().cloned().collect();
    let asks = |what: &str| wants.iter().any(|want| want == &format!("{what}, which these rules ask for otherwise"));
    assert!(asks("what matches in `customers` at flourish") && asks("a counterpart of `customers`"), "{done:#}");
    // A table by which a list is looked through, and not only a value is written.
    let rules = candidate(&trade, "tables/payment_terms.yaml", "Net 30", "Net 31");
    let (_, done) = json_of(&trade, &["--rules", &rules]);
    let mut wants = done["not_told_for_want_of"].as_object().unwrap().keys();
    assert!(wants.any(|want| want.contains("all flourish.payment_term") && want.contains("`term`")), "{done:#}");
}

#[test]
fn each_decision_is_held_against_the_rules_that_it_was_made_under_where_they_are_kept() {
    let trade = traded();
    let before = trade.folder.0.join("before");
    copy(&trade.rules, &before);
    // What served next said everything two lines further down, and something else of an order's notes.
    let orders = trade.rules.join("pipelines/orders.yaml");
    edited(&orders, "pipeline: orders\n", "# Orders,\n# from here to there.\npipeline: orders\n");
    edited(&orders, "order_notes(leaflink)  ", "(if leaflink.number == \"\" then [] else order_notes(leaflink))  ");
    let service = trade.run("300ms");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("another order crossed", || trade.orders().len() == 4 && at_rest(&service.url));
    drop(service);
    let before = before.display().to_string();
    for rules in [&before, &trade.rules.display().to_string()] {
        let (code, done) = json_of(&trade, &["--rules", rules]);
        assert_eq!((code, &done["verdict"], &done["not_told"]), (0, &json!("same"), &json!(0)), "{done:#}");
    }
    // A line that is gone is named where it stood in the rules of each decision.
    let notes = "    - (if leaflink.number == \"\" then [] else order_notes(leaflink)) ";
    let candidate = candidate(&trade, "pipelines/orders.yaml", notes, "    # ");
    let (code, done) = json_of(&trade, &["--rules", &candidate]);
    let differences = done["differences"].as_array().unwrap();
    assert_eq!((code, records(differences)), (5, 4), "{done:#}");
    let stood: std::collections::BTreeSet<&str> =
        differences.iter().filter_map(|one| one["rules"][0].as_str()).collect();
    let then = format!("{}:41", orders.display());
    assert_eq!(stood, [then.as_str(), &format!("{}:43", orders.display())].into(), "{done:#}");
    let file = rusqlite::Connection::open(trade.folder.0.join("petiole.db")).unwrap();
    file.execute("DELETE FROM rule_then", []).unwrap();
    drop(file);
    let want = want_of(&trade, &before);
    assert_eq!(want, "the rules of generation 1, which are not kept any more");
    let text = text_of(&replay(&trade, &["--rules", &before]));
    assert!(text.contains("for want of the rules of generation 1, which"), "{text}");
}

#[test]
fn rules_with_errors_are_shown_as_lint_shows_them_and_a_store_that_is_not_there_is_said_to_be_so() {
    let trade = traded();
    let rules = candidate(&trade, "pipelines/orders.yaml", "leaflink.created_on ", "leaflink.created_onn ");
    let refused = |arguments: &[&str], code: i32| {
        let output = replay(&trade, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), text_of(&output).as_str()), (Some(code), ""), "{told}");
        told
    };
    let lint = trade.command(&["lint", &rules]).output().unwrap();
    let told = refused(&["--rules", &rules], 1);
    assert!(told.contains("error[unknown-field]") && told.contains("help: write `created_on`"), "{told}");
    let findings = format!("{}{}", text_of(&lint), String::from_utf8_lossy(&lint.stderr));
    assert!(findings.contains(told.split("\n\n1 error").next().unwrap()), "{told} {findings}");
    let service = trade.run("1h");
    assert_eq!(refused(&["--url", &service.url, "--rules", &rules], 1), told);
    drop(service);
    let none = format!("sqlite:{}", trade.folder.0.join("none.db").display());
    assert!(refused(&["--store", &none], 3).contains("none.db"));
    assert!(!trade.folder.0.join("none.db").exists());
}

#[test]
fn a_service_replays_its_own_journal() {
    let trade = traded();
    let service = trade.run("1h");
    until("it serves", || at_rest(&service.url));
    let (code, done) = json_of(&trade, &["--url", &service.url]);
    assert_eq!((code, &done["verdict"]), (0, &json!("same")), "{done:#}");
    let rules = candidate(&trade, "settings.yaml", "external_id_key: petiole", "external_id_key: ours");
    let (code, done) = json_of(&trade, &["--url", &service.url, "--rules", &rules]);
    assert!(code == 5 && done["came_out_otherwise"].as_u64() >= Some(3), "{done:#}");
    // Systems are not asked, so that they may be described otherwise; and the service that has the store is found.
    let name = Path::new(&rules).join("systems/leaflink.yaml");
    edited(&name, "      nickname: text", "      nickname: text, max 90");
    let (code, done) = json_of(&trade, &["--rules", &rules]);
    assert!(code == 5 && done["not_told"].as_u64() > Some(0), "{done:#}");
    // What it keeps secret is not to be had by way of a setting.
    edited(&Path::new(&rules).join("settings.yaml"), "external_id_key: ours", "external_id_key: ${FLOURISH_API_KEY}");
    let refused = replay(&trade, &["--rules", &rules]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!((refused.status.code(), told.contains("settings.orders.external_id_key")), (Some(3), true), "{told}");
    let posted = |body: &str| http(Method::Post, &format!("{}/api/v1/replay", service.url), &[JSON], body.as_bytes());
    assert_eq!((posted("").status, posted("{}").status), (200, 200));
    for wrong in [r#"{"since":"yesterday"}"#, r#"{"rules":1}"#, r#"{"sinc":null}"#, "nothing"] {
        assert_eq!(posted(wrong).status, 400, "{wrong}");
    }
}
