//! What the server says of a place: what is named there, where it comes from, who uses it, what the rule does.

use serde_json::{Value as Json, json};

use super::client::Client;
use super::{place, shipped};

const ORDERS: &str = "rules/pipelines/orders.yaml";

/// What hovering over a text shows.
#[track_caller]
fn hover(client: &mut Client, file: &str, (line, column): (usize, usize)) -> String {
    let shown = client.ask_at("textDocument/hover", file, (line, column));
    shown["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

/// The places of an answer, as file and the text of their line.
fn lines(client: &Client, answer: &Json) -> Vec<(String, String)> {
    let folder = client.at("");
    let line = |one: &Json| {
        let uri = one["uri"].as_str().unwrap();
        let text = std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap();
        let number = usize::try_from(one["range"]["start"]["line"].as_u64().unwrap()).unwrap();
        (uri.strip_prefix(&folder).unwrap().to_owned(), text.lines().nth(number).unwrap().trim().to_owned())
    };
    let all = answer.as_array().cloned().unwrap_or_else(|| vec![answer.clone()]);
    all.iter().map(line).collect()
}

#[test]
fn a_path_tells_its_type_its_owner_and_whether_the_rule_lives() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let text = client.open_saved(ORDERS);
    let at = |behind: &str, wanted: &str| place(&text, behind, wanted);
    let told = hover(&mut client, ORDERS, at("    - leaflink.status", "status"));
    assert!(told.contains("**leaflink.order.status** · `enum [Draft, Submitted"), "{told}");
    assert!(told.contains("owned by both") && told.contains("leaflink → flourish: live"), "{told}");
    let told = hover(&mut client, ORDERS, at("    - leaflink.number ", "->"));
    assert!(told.contains("**leaflink → flourish: live**, once: when the record is created"), "{told}");
    let told = hover(&mut client, ORDERS, at("sales_rep where lower(trim(.email))", "email"));
    assert!(told.contains("**flourish.sales_rep.email**"), "{told}");
    let told = hover(&mut client, ORDERS, at("sales_reps[0].email", "email"));
    assert!(told.contains("**leaflink.company_staff.email**"), "{told}");
    let told = hover(&mut client, ORDERS, at("sales_rep where lower", "lower"));
    assert!(told.contains("lower(") && told.contains("-> text"), "{told}");
    let told = hover(&mut client, ORDERS, at("- .product ", "product"));
    assert!(told.contains("**leaflink.order.line_items[].product** · `-> product`"), "{told}");
    let told = hover(&mut client, ORDERS, at("- rep.sales_rep_id", "rep"));
    assert!(told.contains("at most one `flourish.sales_rep`"), "{told}");
    let told = hover(&mut client, ORDERS, at("settings.orders.sync_statuses", "sync_statuses"));
    assert!(told.contains("list of one of [Submitted, Accepted, Backorder]"), "{told}");
    assert!(told.contains("statuses that bring an order into Flourish"), "{told}");
    let told = hover(&mut client, ORDERS, at("passed by:", "passed by"));
    assert!(told.contains("waits in the inbox"), "{told}");
    assert_eq!(client.ask_at("textDocument/hover", ORDERS, (0, 9999))["contents"]["kind"], "markdown");
}

#[test]
fn a_muted_arrow_says_who_mutes_it_and_by_which_setting() {
    let folder = shipped();
    let settings = folder.0.join("rules/settings.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replacen("products: flourish", "products: leaflink", 1)).unwrap();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let file = "rules/pipelines/products.yaml";
    let text = client.open_saved(file);
    let (line, column) = place(&text, "  description:\n", "->");
    let told = hover(&mut client, file, (line, column));
    assert!(told.contains("muted** under the present settings: leaflink owns `description`"), "{told}");
    assert!(told.contains("settings.source_of_truth.products"), "{told}");
    let found = client.findings_of(file, 1);
    assert!(Client::codes(&found).contains(&"muted-arrow".to_owned()), "{found:#?}");
    assert!(told.contains("muted-arrow (info)"), "{told}");
}

#[test]
fn a_name_leads_to_where_it_comes_from() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let text = client.open_saved(ORDERS);
    for (behind, wanted, file, line) in [
        ("via table order_status", "order_status", "rules/tables/order_status.yaml", "table: order_status"),
        ("via pipeline customers", "customers", "rules/pipelines/customers.yaml", "pipeline: customers"),
        ("settings.orders.route_by", "route_by", "rules/settings.yaml", "route_by: sales_rep"),
        ("- rep.sales_rep_id", "rep", ORDERS, "rep:"),
        ("flourish.payment_term where", "payment_term", "rules/systems/flourish.yaml", "payment_term:"),
        ("- leaflink.number ", "number", "rules/systems/leaflink.yaml", "number:"),
        ("order_discounts(leaflink", "order_discounts", "rules/scripts/pricing.rhai", "/// order_discounts("),
        ("linked(\"orders\"", "orders", ORDERS, "pipeline: orders"),
    ] {
        let place = place(&text, behind, wanted);
        let answer = client.ask_at("textDocument/definition", ORDERS, place);
        let found = lines(&client, &answer);
        assert!(found[0].0 == file && found[0].1.starts_with(line), "{behind}: {found:?}");
    }
}

#[test]
fn all_places_of_a_name_are_found_in_all_files() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let text = client.open_saved(ORDERS);
    let mut places = |behind: &str, wanted: &str| {
        let (line, column) = place(&text, behind, wanted);
        let params = json!({
            "textDocument": { "uri": client.at(ORDERS) }, "position": { "line": line, "character": column },
            "context": { "includeDeclaration": true },
        });
        let answer = client.ask("textDocument/references", params);
        lines(&client, &answer)
    };
    let found = places("via table payment_terms", "payment_terms");
    let files: Vec<&str> = found.iter().map(|(file, _)| file.as_str()).collect();
    assert!(files.contains(&ORDERS) && files.contains(&"rules/tables/payment_terms.yaml"), "{found:#?}");
    let found = places("settings.orders.route_by", "route_by");
    let has = |file: &str, text: &str| found.iter().any(|(at, line)| at == file && line.contains(text));
    assert!(has("rules/settings.yaml", "orders.route_by: one of"), "{found:#?}");
    assert!(has(ORDERS, "orders.route_by: default_facility"), "{found:#?}");
    let found = places("- leaflink.status", "status");
    let has = |file: &str, text: &str| found.iter().any(|(at, line)| at == file && line.contains(text));
    assert!(has("rules/tables/order_status.yaml", "between:"), "{found:#?}");
    assert!(has("rules/systems/leaflink.yaml", "field: status"), "{found:#?}");
    assert!(has(ORDERS, "status: Submitted"), "{found:#?}");
    let found = places("by [item, lot_number]", "item");
    assert!(found.iter().any(|(_, line)| line.contains("-> .item")), "{found:#?}");
}

#[test]
fn a_file_has_an_outline_and_the_set_is_searched_by_name() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    client.open_saved(ORDERS);
    let document = json!({ "textDocument": { "uri": client.at(ORDERS) } });
    let outline = client.ask("textDocument/documentSymbol", document);
    assert_eq!(outline[0]["name"], "orders");
    let names: Vec<&str> =
        outline[0]["children"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"rep") && names.contains(&"status") && names.contains(&"lines"), "{names:?}");
    assert!(outline.as_array().unwrap().iter().any(|one| one["name"] == "a submitted order becomes an outbound order"));
    let found = client.ask("workspace/symbol", json!({ "query": "paymentterms" }));
    let names: Vec<&str> = found.as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"payment_terms"), "{names:?}");
    let found = client.ask("workspace/symbol", json!({ "query": "routeby" }));
    let names: Vec<&str> = found.as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"settings.orders.route_by"), "{names:?}");
}
