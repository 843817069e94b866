//! Records that can be listed and not read one by one: what was written to them is known, however young the list is.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Folder, Process, get, petiole, send};

const SHOP: &str = "system: shop\nhttp: { auth: 'X-Key = {secrets.key}' }\npaging: { style: whole }\nrecords:\n  order:\n    \
    key: number\n    fields:\n      number: integer, read only, always\n      buyer: text, read only\n    calls:\n      \
    read: GET /orders/{number}\n      list: GET /orders\n";

const DEPOT: &str = "system: depot\nhttp: { auth: 'X-Key = {secrets.key}' }\npaging: { style: whole }\nrecords:\n  parcel:\n    \
    fields:\n      id: text, read only, always\n      order_ref: integer, required on create\n      receiver: text\n      \
    remark: text\n    calls:\n      list: GET /parcels\n      create: POST /parcels\n      update: PATCH /parcels/{id}\n";

const RULES: &str = "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\n\
    create:\n  depot: true\nfields:\n  what:\n    - shop.number -> depot.order_ref on create\n    - shop.buyer -> depot.receiver\n";

const ACCOUNTS: &str = "accounts:\n  shop: { system: shop, base_url: '${SHOP_URL}', secrets: { key: '${KEY}' } }\n  depot: { \
    system: depot, base_url: '${DEPOT_URL}', secrets: { key: '${KEY}' } }\n";

#[test]
fn what_was_written_is_known_however_young_the_list_is() {
    let folder = Folder::new();
    for (name, text) in [
        ("shop.yaml", SHOP),
        ("depot.yaml", DEPOT),
        ("parcels.yaml", RULES),
        ("accounts.yaml", ACCOUNTS),
        ("ownership.yaml", "ownership:\n  parcels: { create: shop, what: shop }\n"),
    ] {
        std::fs::write(folder.0.join(name), text).unwrap();
    }
    let serve = |name: &str| {
        let path = folder.0.join(format!("{name}.yaml")).display().to_string();
        Process::start(petiole().args(["simulate", &path]), "base url")
    };
    let (shop, depot) = (serve("shop"), serve("depot"));
    let put = |side: &Process, record: &str, fields: &Json| {
        let body = json!({ "record": record, "fields": fields });
        send(Method::Put, &format!("{}/_control/put", side.url), &body);
    };
    let command = |word: &[&str]| {
        let done = petiole()
            .args(word)
            .args(["--rules", &folder.0.display().to_string()])
            .args(["--store", &format!("sqlite:{}", folder.0.join("s.db").display())])
            .envs([("SHOP_URL", shop.url.as_str()), ("DEPOT_URL", depot.url.as_str()), ("KEY", "any")])
            .output()
            .unwrap();
        [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
    };
    for number in 1..=3 {
        put(&shop, "order", &json!({ "number": number, "buyer": format!("Ada {number}") }));
        put(&depot, "parcel", &json!({ "id": format!("p{number}"), "order_ref": number, "receiver": "nobody" }));
    }
    let told = command(&["sync", "--full"]);
    let parcels = get(&format!("{}/_control/state", depot.url))["parcel"].clone();
    let receivers: Vec<&str> = parcels.as_array().unwrap().iter().filter_map(|one| one["receiver"].as_str()).collect();
    assert_eq!(receivers, ["Ada 1", "Ada 2", "Ada 3"], "{told}");
    assert!(told.contains("wrote 3") && told.contains("parked 0") && !told.contains("kept otherwise"), "{told}");
    assert!(command(&["sync", "--full"]).contains("wrote 0"));

    // Written once more within one pass, by what people do meanwhile.
    put(&shop, "order", &json!({ "number": 1, "buyer": "Bob" }));
    let told = command(&["sync", "--full"]);
    assert!(told.contains("wrote 1") && told.contains("parked 0"), "{told}");
    assert!(command(&["inbox", "list"]).contains("nothing is parked"));
}
