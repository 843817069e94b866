//! The examples of real pairs: lint and their own tests pass, and both systems, served from their system files, come
//! together as their pages say, once.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Folder, Process, get, petiole, send};

/// Two systems that an example joins, each served in memory.
struct Pair {
    rules: String,
    sides: [Process; 2],
    folder: Folder,
    environment: Vec<(&'static str, &'static str)>,
}

impl Pair {
    /// Serves both sides of an example whose rules are right.
    fn start(example: &str, sides: [&str; 2], environment: &[(&'static str, &'static str)]) -> Self {
        let rules = format!("examples/{example}/rules");
        for arguments in [vec!["lint", &rules, "--deny-warnings"], vec!["test", "--rules", &rules]] {
            let done = petiole().args(&arguments).output().unwrap();
            assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stdout));
        }
        let serve = |name: &str| {
            Process::start(petiole().args(["simulate", &format!("{rules}/systems/{name}.yaml")]), "base url")
        };
        Self { sides: sides.map(serve), rules, folder: Folder::new(), environment: environment.to_vec() }
    }

    fn put(&self, side: usize, record: &str, fields: &Json) {
        let body = json!({ "record": record, "fields": fields });
        send(Method::Put, &format!("{}/_control/put", self.sides[side].url), &body);
    }

    fn state(&self, side: usize, record: &str) -> Json {
        get(&format!("{}/_control/state", self.sides[side].url))[record].clone()
    }

    /// Brings both together; what is said of it.
    fn sync(&self, addresses: [&str; 2]) -> String {
        let mut command = petiole();
        command.args(["sync", "--full", "--rules", &self.rules]);
        command.args(["--store", &format!("sqlite:{}", self.folder.0.join("p.db").display())]);
        for (name, side) in addresses.iter().zip(&self.sides) {
            command.env(name, &side.url);
        }
        let done = command.envs(self.environment.iter().copied()).output().unwrap();
        [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
    }
}

#[test]
fn a_shipped_order_is_invoiced_and_a_paid_invoice_completes_it() {
    let environment = [
        ("LEAFLINK_API_KEY", "any"),
        ("LEAFLINK_WEBHOOK_KEY", "any"),
        ("LEAFLINK_COMPANY_ID", "501"),
        ("QUICKBOOKS_REALM", "1"),
        ("QUICKBOOKS_CLIENT_ID", "any"),
        ("QUICKBOOKS_CLIENT_SECRET", "any"),
        ("QUICKBOOKS_REFRESH_TOKEN", "any"),
        ("QUICKBOOKS_VERIFIER_TOKEN", "any"),
        ("PETIOLE_TOKEN_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
    ];
    let pair = Pair::start("accounting", ["leaflink", "quickbooks"], &environment);
    let sync = || pair.sync(["LEAFLINK_BASE_URL", "QUICKBOOKS_BASE_URL"]);
    pair.put(1, "item", &json!({ "Id": "11", "Name": "One", "Sku": "BD-1" }));
    pair.put(0, "product", &json!({ "id": 1, "sku": "BD-1" }));
    pair.put(0, "customer", &json!({ "id": 5, "name": "Green Door" }));
    let lines = json!([{ "id": 1, "product": 1, "quantity": 3, "ordered_unit_price": 17.5 }]);
    let number = "4c1d3b0e-6b0f-4d41-9d44-0f5e7a21bc90";
    let order =
        json!({ "number": number, "short_id": "4c1d3b0e", "status": "Shipped", "customer": 5, "line_items": lines });
    pair.put(0, "order", &order);
    let told = sync();
    let invoices = pair.state(1, "invoice");
    assert_eq!(invoices.as_array().map(Vec::len), Some(1), "{told}");
    let invoice = &invoices[0];
    assert_eq!((&invoice["DocNumber"], &invoice["Line"][0]["Qty"]), (&json!("4c1d3b0e"), &json!(3)), "{told}");
    assert_eq!(pair.state(1, "customer")[0]["DisplayName"], "Green Door");
    assert!(sync().contains("wrote 0"), "at rest nothing is written");

    // A change shows the version that the books hold by now.
    pair.put(1, "invoice", &json!({ "Id": invoice["Id"], "PrivateNote": "somebody was here" }));
    let lines = json!([{ "id": 1, "product": 1, "quantity": 5, "ordered_unit_price": 17.5 }]);
    pair.put(0, "order", &json!({ "number": number, "line_items": lines }));
    let told = sync();
    assert_eq!(pair.state(1, "invoice")[0]["Line"][0]["Qty"], json!(5), "{told}");

    pair.put(1, "invoice", &json!({ "Id": invoice["Id"], "TotalAmt": 87.5, "Balance": 0 }));
    let told = sync();
    assert_eq!(pair.state(0, "order")[0]["status"], "Complete", "{told}");
    assert!(sync().contains("wrote 0"));
}

#[test]
fn products_go_one_way_between_two_shops_and_orders_the_other() {
    let environment = [
        ("SHOPIFY_ACCESS_TOKEN", "any"),
        ("SHOPIFY_WEBHOOK_KEY", "any"),
        ("WOOCOMMERCE_CONSUMER_KEY", "any"),
        ("WOOCOMMERCE_CONSUMER_SECRET", "any"),
        ("WOOCOMMERCE_WEBHOOK_KEY", "any"),
    ];
    let pair = Pair::start("shopify_woocommerce", ["shopify", "woocommerce"], &environment);
    let sync = || pair.sync(["SHOPIFY_BASE_URL", "WOOCOMMERCE_BASE_URL"]);
    let options = json!([{ "name": "Size", "values": ["S"] }]);
    let product = json!({ "id": 1, "title": "Tee", "handle": "tee", "status": "active", "options": options });
    pair.put(0, "product", &product);
    let variant = json!({ "id": 11, "product": 1, "sku": "TEE-S", "price": "19.50", "inventory_quantity": 5 });
    pair.put(0, "variant", &variant);
    let told = sync();
    let variation = pair.state(1, "variation")[0].clone();
    assert_eq!((&variation["sku"], &variation["stock_quantity"]), (&json!("TEE-S"), &json!(5)), "{told}");

    let lines = json!([{ "variation": variation["id"], "quantity": 2, "price": 19.5 }]);
    pair.put(1, "order", &json!({ "id": 700, "number": "700", "status": "processing", "line_items": lines }));
    let told = sync();
    let order = pair.state(0, "order")[0].clone();
    assert_eq!(
        (&order["source_identifier"], &order["line_items"][0]["variant"]),
        (&json!("700"), &json!(11)),
        "{told}"
    );
    pair.put(0, "order", &json!({ "id": order["id"], "fulfillment_status": "fulfilled" }));
    let told = sync();
    assert_eq!(pair.state(1, "order")[0]["status"], "completed", "{told}");

    pair.put(1, "order", &json!({ "id": 701, "number": "701", "status": "processing", "line_items": lines }));
    sync();
    pair.put(1, "order", &json!({ "id": 701, "status": "cancelled" }));
    let told = sync();
    assert_eq!(pair.state(0, "order")[1]["state"], "cancelled", "{told}");
    assert!(sync().contains("wrote 0"), "at rest nothing is written");
}
