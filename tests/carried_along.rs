//! A peer whose lists hold more than the rules' system file names: it keeps what it has, over a whole sync.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Folder, Process, get, petiole, send};

const SHOP: &str = "system: shop\nhttp: { auth: 'X-Key = {secrets.key}' }\npaging: { style: whole }\nrecords:\n  order:\n    \
    key: number\n    fields:\n      number: integer, read only, always\n      lines[].sku: text\n      lines[].qty: integer\n    \
    calls:\n      read: GET /orders/{number}\n      list: GET /orders\n";

/// What the rules know of the depot.
const KNOWN: &str = "system: depot\nhttp: { auth: 'X-Key = {secrets.key}' }\npaging: { style: whole }\nrecords:\n  parcel:\n    \
    fields:\n      id: text, read only, always\n      order_ref: integer, required on create\n      content[].sku: text\n      \
    content[].qty: integer\n    calls:\n      read: GET /parcels/{id}\n      list: GET /parcels\n      create: POST /parcels\n      \
    update: PUT /parcels/{id}\n";

/// What else there is of it.
const MORE: &str = "      content[].shelf: text\n      content[].gift.text: text\n";

const RULES: &str = "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\n\
    create:\n  depot: true\nfields:\n  what:\n    - shop.number -> depot.order_ref on create\n  content:\n    \
    - shop.lines[] -> depot.content[] by [sku]:\n        - .sku -> .sku\n        - .qty -> .qty\n";

const ACCOUNTS: &str = "accounts:\n  shop: { system: shop, base_url: '${SHOP_URL}', secrets: { key: '${KEY}' } }\n  depot: { \
    system: depot, base_url: '${DEPOT_URL}', secrets: { key: '${KEY}' } }\n";

struct Stage {
    folder: Folder,
    shop: Process,
    depot: Process,
}

impl Stage {
    fn new() -> Self {
        let folder = Folder::new();
        let whole = Folder::new();
        for (name, text) in [
            ("shop.yaml", SHOP),
            ("depot.yaml", KNOWN),
            ("parcels.yaml", RULES),
            ("accounts.yaml", ACCOUNTS),
            ("ownership.yaml", "ownership:\n  parcels: { create: shop, what: shop, content: shop }\n"),
        ] {
            std::fs::write(folder.0.join(name), text).unwrap();
        }
        let depot = whole.0.join("depot.yaml");
        std::fs::write(&depot, KNOWN.replace("    calls:\n", &format!("{MORE}    calls:\n"))).unwrap();
        let serve = |path: &std::path::Path| {
            Process::start(petiole().args(["simulate", &path.display().to_string()]), "base url")
        };
        let (shop, depot) = (serve(&folder.0.join("shop.yaml")), serve(&depot));
        Self { folder, shop, depot }
    }

    fn order(&self, lines: &Json) {
        let body = json!({ "record": "order", "fields": { "number": 1, "lines": lines } });
        send(Method::Put, &format!("{}/_control/put", self.shop.url), &body);
    }

    fn parcel(&self, content: &Json) {
        let body = json!({ "record": "parcel", "fields": { "id": "p1", "order_ref": 1, "content": content } });
        send(Method::Put, &format!("{}/_control/put", self.depot.url), &body);
    }

    fn content(&self) -> Json {
        get(&format!("{}/_control/state", self.depot.url))["parcel"][0]["content"].clone()
    }

    fn sync(&self) -> String {
        let done = petiole()
            .args(["sync", "--full", "--rules", &self.folder.0.display().to_string()])
            .args(["--store", &format!("sqlite:{}", self.folder.0.join("s.db").display())])
            .envs([("SHOP_URL", self.shop.url.as_str()), ("DEPOT_URL", self.depot.url.as_str()), ("KEY", "any")])
            .output()
            .unwrap();
        [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
    }
}

fn line(sku: &str, qty: i64) -> Json {
    json!({ "sku": sku, "qty": qty })
}

fn shelved(sku: &str, qty: i64, shelf: &str) -> Json {
    json!({ "sku": sku, "qty": qty, "shelf": shelf, "gift": { "text": format!("for {sku}") } })
}

#[test]
fn what_a_line_holds_besides_stays_with_its_line() {
    let stage = Stage::new();
    stage.order(&json!([line("A", 1), line("B", 2)]));
    stage.parcel(&json!([shelved("A", 1, "top"), shelved("B", 2, "low")]));
    let told = stage.sync();
    assert!(told.contains("wrote 0"), "{told}");
    // One goes, one changes, one comes, in another order.
    stage.order(&json!([line("C", 3), line("B", 5)]));
    let told = stage.sync();
    assert!(told.contains("wrote 1") && told.contains("parked 0"), "{told}");
    let content = stage.content();
    assert_eq!(content[1], shelved("B", 5, "low"), "{content}");
    assert_eq!((&content[0]["sku"], &content[0]["shelf"]), (&json!("C"), &Json::Null), "{content}");
    assert_eq!(content.as_array().unwrap().len(), 2, "{content}");
    assert!(stage.sync().contains("wrote 0"));
}

#[test]
fn a_line_that_the_peer_adds_by_itself_is_neither_fought_nor_lost() {
    let stage = Stage::new();
    stage.order(&json!([line("A", 1), line("B", 2)]));
    let subtotal = json!({ "sku": null, "qty": 3, "shelf": "subtotal", "gift": { "text": null } });
    stage.parcel(&json!([shelved("A", 1, "top"), shelved("B", 2, "low"), subtotal]));
    for _ in 0..2 {
        let told = stage.sync();
        assert!(told.contains("wrote 0") && told.contains("parked 0"), "{told}");
    }
    stage.order(&json!([line("A", 4), line("B", 2)]));
    let told = stage.sync();
    assert!(told.contains("wrote 1") && told.contains("parked 0"), "{told}");
    let content = stage.content();
    assert_eq!(content[0], shelved("A", 4, "top"), "{content}");
    assert_eq!(content[2]["shelf"], "subtotal", "{content}");
    assert!(stage.sync().contains("wrote 0"), "it is at rest again");
}
