//! Findings while somebody types: those of lint, of the newest text, and taken back once they are mended.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::client::Client;
use super::{place, shipped};
use crate::support::Folder;

const ORDERS: &str = "rules/pipelines/orders.yaml";

/// What `petiole lint` says of the rules in a folder.
fn linted(root: &Path) -> Vec<Json> {
    let mut command = crate::support::petiole();
    let done = command.current_dir(root).args(["lint", "--format", "json"]).output().unwrap();
    let told: Json = serde_json::from_slice(&done.stdout).unwrap();
    told["findings"].as_array().unwrap().clone()
}

/// A finding of the server as lint writes one, of ASCII text.
fn as_linted(root: &Path, uri: &str, one: &Json) -> Json {
    let folder = super::client::address(root);
    let severity = ["", "error", "warning", "info"][usize::try_from(one["severity"].as_u64().unwrap()).unwrap()];
    let (start, end) = (&one["range"]["start"], &one["range"]["end"]);
    let from_one = |number: &Json| number.as_u64().unwrap() + 1;
    json!({
        "code": one["code"], "severity": severity,
        "message": one["message"].as_str().unwrap().lines().next(),
        "file": uri.strip_prefix(&folder).unwrap().trim_start_matches('/'),
        "line": from_one(&start["line"]), "column": from_one(&start["character"]),
        "end_line": from_one(&end["line"]), "end_column": from_one(&end["character"]),
        "related": one["relatedInformation"].as_array().map_or(0, Vec::len),
    })
}

#[test]
fn findings_are_those_of_lint() {
    let folder = shipped();
    let orders = folder.0.join(ORDERS);
    let text = std::fs::read_to_string(&orders).unwrap();
    let text = text.replace("via table order_status", "via table order_statuses").replace("rep.sales_rep_id", "rep.id");
    std::fs::write(&orders, text).unwrap();
    let table = folder.0.join("rules/tables/order_status.yaml");
    let rows = std::fs::read_to_string(&table).unwrap();
    std::fs::write(&table, rows.replace("Partially Allocated", "Partly Allocated")).unwrap();

    let mut client = Client::start(&folder.0, &[]);
    client.open_saved(ORDERS);
    assert!(!client.findings_of(ORDERS, 1).is_empty());
    let mut told = Vec::new();
    // One round trip, so that all files were told.
    let _ = client.answered("petiole/none", json!({}));
    for (uri, findings) in &client.findings {
        told.extend(findings.iter().map(|one| as_linted(&folder.0, uri, one).to_string()));
    }
    let known = linted(&folder.0).into_iter().map(|one| {
        json!({
            "code": one["code"], "severity": one["severity"],
            "message": one["message"].as_str().unwrap().lines().next(), "file": one["file"],
            "line": one["line"], "column": one["column"],
            "end_line": one["end_line"], "end_column": one["end_column"],
            "related": one["labels"].as_array().unwrap().len(),
        })
    });
    let mut known: Vec<String> = known.map(|one| one.to_string()).collect();
    assert!(known.len() > 3, "{known:#?}");
    known.sort();
    told.sort();
    assert_eq!(told, known);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_finding_comes_with_the_letter_and_goes_with_it() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-16"]);
    let text = client.open_saved(ORDERS);
    let errors = |findings: Vec<Json>| findings.into_iter().filter(|one| one["severity"] == 1).collect::<Vec<_>>();
    assert!(errors(client.findings_of(ORDERS, 1)).is_empty());
    let (line, column) = place(&text, "  status:\n    - leaflink.status", "leaflink.status");
    let end = column + "leaflink.status".len();
    client.change(ORDERS, 2, [(line, end), (line, end)], "x");
    let found = errors(client.findings_of(ORDERS, 2));
    assert_eq!(Client::codes(&found), ["unknown-field"], "{found:#?}");
    assert_eq!(found[0]["range"]["start"], json!({ "line": line, "character": column + "leaflink.".len() }));
    assert_eq!(found[0]["range"]["end"], json!({ "line": line, "character": end + 1 }));
    assert!(found[0]["message"].as_str().unwrap().contains("help: write `status`"), "{found:#?}");
    let page = found[0]["codeDescription"]["href"].as_str().unwrap();
    assert!(page.ends_with("/rules/LINTS.md#unknown-field"), "{page}");
    client.change(ORDERS, 3, [(line, end), (line, end + 1)], "");
    assert!(errors(client.findings_of(ORDERS, 3)).is_empty());
}

#[test]
fn what_explains_a_finding_stands_in_another_file() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-16"]);
    let text = client.open_saved(ORDERS);
    let text = text.replace("-> flourish.order_timestamp     on create", "-> flourish.id     on create");
    client.replace(ORDERS, 2, &text);
    let found = client.findings_of(ORDERS, 2);
    let told = found.iter().find(|one| one["code"] == "read-only").unwrap_or_else(|| panic!("{found:#?}"));
    let there = told["relatedInformation"][0]["location"]["uri"].as_str().unwrap();
    assert_eq!(there, client.at("rules/systems/flourish.yaml"));
}

#[test]
fn a_finding_in_a_file_that_is_not_open_is_told_and_taken_back() {
    let folder = shipped();
    let table = "rules/tables/order_status.yaml";
    let mut client = Client::start(&folder.0, &["utf-16"]);
    let rows = client.open_saved(table);
    let address = client.at(ORDERS);
    client.replace(table, 2, &rows.replacen("table: order_status", "table: other", 1));
    let _ = client.findings_of(table, 2);
    let _ = client.answered("petiole/none", json!({}));
    let codes = Client::codes(&client.findings[&address]);
    assert!(codes.contains(&"unknown-table".to_owned()), "{codes:?}");
    client.replace(table, 3, &rows);
    let _ = client.findings_of(table, 3);
    let _ = client.answered("petiole/none", json!({}));
    let codes = Client::codes(&client.findings[&address]);
    assert!(!codes.contains(&"unknown-table".to_owned()), "{codes:?}");
    // Nobody looks at the set any more: what was told of it is taken back.
    client.replace(table, 4, &rows.replacen("table: order_status", "table: other", 1));
    let _ = client.findings_of(table, 4);
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": client.at(table) } }));
    while client.findings.values().any(|findings| !findings.is_empty()) {
        client.next();
    }
}

/// The newest text wins: of many changes that wait, one compilation comes.
#[test]
fn changes_that_wait_are_told_of_once() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-16"]);
    let text = client.open_saved(ORDERS);
    let _ = client.findings_of(ORDERS, 1);
    let _ = client.answered("petiole/none", json!({}));
    let before = client.tellings;
    let uri = client.at(ORDERS);
    let change = |version: i32| {
        let text = format!("{text}# {version}\n{}", if version == 200 { "nothing: at all\n" } else { "" });
        let params = json!({
            "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }],
        });
        json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params })
    };
    let changes: Vec<Json> = (2..=200).map(change).collect();
    client.send_together(&changes);
    let found = client.findings_of(ORDERS, 200);
    assert!(Client::codes(&found).contains(&"unknown-key".to_owned()), "{found:#?}");
    // Each compilation tells of the open file once; those of 199 changes together were a few at most.
    let told = client.tellings - before;
    assert!(told < 100, "{told} tellings for 199 changes");
}

#[test]
fn columns_are_counted_as_the_client_can() {
    let folder = shipped();
    for (offered, agreed, column) in
        [(&["utf-8", "utf-16"][..], "utf-8", 31), (&["utf-16"][..], "utf-16", 25), (&[][..], "utf-16", 25)]
    {
        let mut client = Client::start(&folder.0, offered);
        assert_eq!(client.offers["positionEncoding"], agreed);
        client.open("rules/pipelines/more.yaml", "pipeline: more\n# 𝄞\n");
        // The whole text goes by a change in the middle of a line that has wide letters before it.
        let end = if agreed == "utf-8" { 6 } else { 4 };
        client.change(
            "rules/pipelines/more.yaml",
            2,
            [(0, 0), (1, end)],
            "tests:\n  - name: a\n    given: { \"𝄞→𝄞\": 1, linkd: x }",
        );
        let found = client.findings_of("rules/pipelines/more.yaml", 2);
        let starts: Vec<&Json> = found.iter().map(|one| &one["range"]["start"]).collect();
        let wanted = json!({ "line": 2, "character": column });
        assert!(starts.contains(&&wanted), "{agreed}: {found:#?}");
    }
}

/// Whatever stands in the text, there is an answer, and the server goes on.
#[test]
fn broken_text_is_the_norm() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let text = client.open_saved(ORDERS);
    let _ = client.findings_of(ORDERS, 1);
    let mut version = 1;
    for cut in (0..text.len()).step_by(977).filter(|cut| text.is_char_boundary(*cut)) {
        version += 1;
        client.replace(ORDERS, version, &text[..cut]);
        let _ = client.findings_of(ORDERS, version);
    }
    client.replace(ORDERS, version + 1, &text);
    let found = client.findings_of(ORDERS, version + 1);
    assert!(found.iter().all(|one| one["severity"] == 3), "{found:#?}");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_yaml_file_that_is_nobodys_rule_is_let_be() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    client.open("compose.yaml", "services:\n  db: { image: postgres }\n");
    client.open_saved(ORDERS);
    let _ = client.findings_of(ORDERS, 1);
    let stranger = client.at("compose.yaml");
    assert!(!client.findings.contains_key(&stranger), "{:?}", client.findings);
}

#[test]
fn a_file_that_was_never_saved_belongs_to_the_set_of_its_folder() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let file = "rules/tables/new.yaml";
    client.open(file, "table: new\nbetween: [leaflink.order.status, flourish.outbound_order.order_stat]\nrows: []\n");
    let found = client.findings_of(file, 1);
    assert!(found.iter().any(|one| one["message"].as_str().unwrap().contains("order_stat`")), "{found:#?}");
    std::fs::write(folder.0.join("rules/tables/units.yaml"), "table: new\n").unwrap();
    let changes = json!({ "changes": [{ "uri": client.at("rules/tables/units.yaml"), "type": 2 }] });
    client.tell("workspace/didChangeWatchedFiles", changes);
    let again = |findings: &[Json]| Client::codes(findings).contains(&"duplicate-name".to_owned());
    let address = client.at(file);
    while !client.findings.values().any(|findings| again(findings)) {
        client.next();
    }
    assert!(client.findings.contains_key(&address));
}

/// Two sets in one window, one of them in a folder of its own above.
#[test]
fn several_folders_each_have_their_set() {
    let (folder, other) = (shipped(), shipped());
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let event = json!({ "added": [{ "uri": super::client::address(&other.0), "name": "other" }], "removed": [] });
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    client.open_saved(ORDERS);
    let _ = client.findings_of(ORDERS, 1);
    let text = std::fs::read_to_string(other.0.join(ORDERS)).unwrap().replace("via table order_status", "via table no");
    let uri = super::client::address(&other.0.join(ORDERS));
    let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
    client.tell("textDocument/didOpen", json!({ "textDocument": document }));
    while client
        .findings
        .get(&uri)
        .is_none_or(|findings| !Client::codes(findings).contains(&"unknown-table".to_owned()))
    {
        client.next();
    }
    let own = client.at(ORDERS);
    assert!(!Client::codes(&client.findings[&own]).contains(&"unknown-table".to_owned()));
}

#[test]
fn what_does_not_keep_to_the_protocol_ends_with_a_word() {
    let folder = Folder::new();
    assert_eq!(Client::start(&folder.0, &[]).leave(), Some(3));
    let mut client = Client::start(&folder.0, &[]);
    let refused = client.answered("textDocument/unheardOf", json!({}));
    assert_eq!(refused["error"]["code"], -32601);
    assert_eq!(client.end(), Some(0));
}
