//! What may be written at a place of a text that is not whole yet.

use serde_json::Value as Json;

use super::client::Client;
use super::shipped;

/// Puts a text into a file of the shipped rules and asks what may follow at its mark `|`; as labels in the order in
/// which an editor shows them.
#[track_caller]
fn offered(file: &str, text: &str) -> Vec<String> {
    offers(file, text).iter().map(|one| one["label"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn offers(file: &str, text: &str) -> Vec<Json> {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let at = text.find('|').unwrap();
    let before = &text[..at];
    let place = (before.matches('\n').count(), at - before.rfind('\n').map_or(0, |end| end + 1));
    client.open(file, &text.replacen('|', "", 1));
    let answer = client.ask_at("textDocument/completion", file, place);
    let mut found = answer.as_array().cloned().unwrap_or_default();
    found.sort_by_key(|one| one["sortText"].as_str().unwrap().to_owned());
    found
}

/// The shipped orders with a line more in a group.
fn orders(line: &str) -> String {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/pipelines/orders.yaml")).unwrap();
    let text = text.replace('|', "/");
    text.replacen("  notes:\n", &format!("  notes:\n{line}\n"), 1)
}

const ORDERS: &str = "rules/pipelines/orders.yaml";

#[test]
fn an_arrow_line_is_completed_by_what_paths_reach() {
    let found = offered(ORDERS, &orders("    - leaflink.|"));
    assert!(found.contains(&"status".to_owned()) && found.contains(&"line_items[]".to_owned()), "{found:?}");
    let found = offered(ORDERS, &orders("    - leaflink.customer.|"));
    assert!(found.contains(&"license_number".to_owned()), "{found:?}");
    let found = offered(ORDERS, &orders("    - leaflink.sales_reps[0].em|"));
    assert!(found.contains(&"email".to_owned()), "{found:?}");
    let found = offered(ORDERS, &orders("    - rep.|"));
    assert!(found.contains(&"facility_id".to_owned()), "{found:?}");
    let found = offered(ORDERS, &orders("    - |"));
    for name in ["leaflink", "flourish", "rep", "settings", "trim", "unit_price"] {
        assert!(found.contains(&name.to_owned()), "{name}: {found:?}");
    }
    assert_eq!(found[0], "leaflink", "the own side comes first");
    let found = offered(ORDERS, &orders("    - leaflink.notes -> |"));
    assert_eq!(found[0], "flourish", "the other side comes first");
    let found = offered(ORDERS, &orders("    - leaflink.notes -> flourish.|"));
    let at = |name: &str| found.iter().position(|one| one == name).unwrap_or_else(|| panic!("{name}: {found:?}"));
    assert!(at("original_order_id") < at("id"), "what can be written comes before what is read only: {found:?}");
    let found = offered(ORDERS, &orders("    - leaflink.notes |"));
    assert!(found[..3].contains(&"-> ".to_owned()), "{found:?}");
    let found = offered(ORDERS, &orders("    - leaflink.notes -> flourish.notes |"));
    assert!(found.contains(&"via table ".to_owned()) && found.contains(&"on create".to_owned()), "{found:?}");
    let found = offered(ORDERS, &orders("    - leaflink.status -> flourish.order_status via table |"));
    assert!(found.contains(&"order_status".to_owned()) && !found.contains(&"customers".to_owned()), "{found:?}");
    let found = offered(ORDERS, &orders("    - leaflink.customer -> flourish.destination via pipeline cu|"));
    assert!(found.contains(&"customers".to_owned()), "{found:?}");
    let found = offered(ORDERS, &orders("    - settings.orders.|"));
    assert!(found.contains(&"route_by".to_owned()), "{found:?}");
    let found = offered(ORDERS, &orders("    - leaflink.notes -> flourish.notes when leaflink.status == \"Sub|"));
    assert!(found.contains(&"Submitted".to_owned()), "{found:?}");
    let found = offered(
        ORDERS,
        &orders("    - leaflink.line_items[] -> flourish.order_lines[] by [item]:\n        - .batch.|"),
    );
    assert!(found.contains(&"production_batch_number".to_owned()), "{found:?}");
    let found = offered(
        ORDERS,
        &orders("    - leaflink.line_items[] -> flourish.order_lines[] by [item]:\n        - .product -> .|"),
    );
    assert!(found.contains(&"order_qty".to_owned()), "{found:?}");
}

#[test]
fn functions_come_with_how_they_are_written() {
    let found = offers(ORDERS, &orders("    - tri|"));
    let trim = found.iter().find(|one| one["label"] == "trim").unwrap();
    assert_eq!(trim["textEdit"]["newText"], "trim(");
    assert!(trim["detail"].as_str().unwrap().starts_with("trim("), "{trim:#}");
    let range = &trim["textEdit"]["range"];
    assert_eq!(range["start"]["character"], 6);
    assert_eq!(range["end"]["character"], 9);
}

#[test]
fn what_with_and_create_may_say_is_known_too() {
    let text = orders("").replacen("create:\n", "create:\n  leaflink: flourish.ord|\n", 1);
    let found = offered(ORDERS, &text);
    assert!(found.contains(&"order_status".to_owned()), "{found:?}");
    let text = orders("").replacen("with:\n", "with:\n  more: flourish.item where .sk|\n", 1);
    let found = offered(ORDERS, &text);
    assert!(found.contains(&"sku".to_owned()), "{found:?}");
}

const HEAD: &str =
    "table: order_status\nbetween: [leaflink.order.status, flourish.outbound_order.order_status]\nrows:\n";

#[test]
fn states_without_a_row_come_first() {
    let rows = "  - Submitted, Accepted, Backorder -> Created on create\n  - Cancelled -> Cancelled\n";
    let file = "rules/tables/order_status.yaml";
    let found = offered(file, &format!("{HEAD}{rows}  - |\n"));
    let at = |name: &str| found.iter().position(|one| one == name).unwrap_or_else(|| panic!("{name}: {found:?}"));
    assert!(at("Draft") < at("Submitted") && at("Rejected") < at("Cancelled"), "{found:?}");
    let found = offered(file, &format!("{HEAD}{rows}  - Rejected, |\n"));
    assert!(found.contains(&"Combined".to_owned()), "{found:?}");
    let found = offered(file, &format!("{HEAD}{rows}  - Rejected -> |\n"));
    assert!(found.contains(&"Partially Allocated".to_owned()) && found.contains(&"park".to_owned()), "{found:?}");
    let found = offered(file, &format!("{HEAD}{rows}  - Rejected -> Cancelled |\n"));
    assert!(found.contains(&"from ".to_owned()) && found.contains(&"because ".to_owned()), "{found:?}");
    let found = offered(file, &format!("{HEAD}{rows}  - Rejected -> Cancelled from Cre|\n"));
    assert!(found.contains(&"Created".to_owned()) && !found.contains(&"Draft".to_owned()), "{found:?}");
    let found = offered(file, &format!("{HEAD}{rows}  - Accepted <- Part|\n"));
    assert!(found.contains(&"Partially Allocated".to_owned()) && found.contains(&"otherwise".to_owned()), "{found:?}");
}

#[test]
fn keys_come_from_the_table_that_files_are_read_by() {
    let found = offers(ORDERS, "pipeline: orders\nbetween: [leaflink.order, flourish.outbound_order]\nma|\n");
    let matching = found.iter().find(|one| one["label"] == "match").unwrap();
    assert_eq!(matching["textEdit"]["newText"], "match: ");
    assert!(matching["documentation"]["value"].as_str().unwrap().contains("counterpart"), "{matching:#}");
    let labels: Vec<&str> = found.iter().filter_map(|one| one["label"].as_str()).collect();
    assert!(!labels.contains(&"between"), "what stands there already is not offered: {labels:?}");
    let found = offered(ORDERS, "pipeline: orders\ntests:\n  - name: a\n    gi|\n");
    assert!(found.contains(&"given".to_owned()) && !found.contains(&"name".to_owned()), "{found:?}");
    let found = offered(ORDERS, "pipeline: orders\ntests:\n  - name: a\n    given:\n      leaflink.or|\n");
    assert!(found.contains(&"leaflink.order".to_owned()) && found.contains(&"linked".to_owned()), "{found:?}");
    let found =
        offered(ORDERS, "pipeline: orders\ntests:\n  - name: a\n    given:\n      leaflink.order:\n        st|\n");
    assert!(found.contains(&"status".to_owned()), "{found:?}");
    let found = offered(
        ORDERS,
        "pipeline: orders\ntests:\n  - name: a\n    given:\n      leaflink.order:\n        status: Su|\n",
    );
    assert!(found.contains(&"Submitted".to_owned()), "{found:?}");
    let found = offered("rules/new.yaml", "pi|");
    assert!(found.contains(&"pipeline".to_owned()) && found.contains(&"table".to_owned()), "{found:?}");
}

#[test]
fn values_of_settings_owners_and_sides_are_known() {
    let found = offered("rules/settings.yaml", "settings:\n  mode: li|\ntypes:\n  mode: one of [live, observe]\n");
    assert!(found.contains(&"observe".to_owned()), "{found:?}");
    let found = offered("rules/ownership.yaml", "ownership:\n  orders:\n    status: |\n");
    assert!(found.contains(&"both".to_owned()) && found.contains(&"flourish".to_owned()), "{found:?}");
    let found = offered("rules/ownership.yaml", "ownership:\n  orders:\n    status: settings.source_of_truth.|\n");
    assert!(found.contains(&"products".to_owned()), "{found:?}");
    let found = offered("rules/pipelines/new.yaml", "pipeline: new\nbetween: [leaflink.|");
    assert!(found.contains(&"order".to_owned()), "{found:?}");
    let found = offered("rules/tables/new.yaml", "table: new\nbetween: [leaflink.order.st|");
    assert!(found.contains(&"status".to_owned()), "{found:?}");
}
