//! Records that can be listed and not read one by one: what was written to them is known, however young the list is.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Folder, Process, at_rest, get, http, petiole, send, until};

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

/// Two simulated systems that the rules join, and their folder.
struct Stage {
    folder: Folder,
    shop: Process,
    depot: Process,
}

impl Stage {
    fn start(shop: &str) -> Self {
        let folder = Folder::new();
        for (name, text) in [
            ("shop.yaml", shop),
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
        Self { folder, shop, depot }
    }

    fn put(side: &Process, record: &str, fields: &Json) {
        let body = json!({ "record": record, "fields": fields });
        send(Method::Put, &format!("{}/_control/put", side.url), &body);
    }

    fn order(&self, number: u64, buyer: &str) {
        Self::put(&self.shop, "order", &json!({ "number": number, "buyer": buyer }));
    }

    fn receivers(&self) -> Vec<String> {
        let parcels = get(&format!("{}/_control/state", self.depot.url))["parcel"].clone();
        let receivers = parcels.as_array().unwrap().iter().filter_map(|one| one["receiver"].as_str());
        receivers.map(str::to_owned).collect()
    }

    fn command(&self, word: &[&str]) -> std::process::Command {
        let mut command = petiole();
        command
            .args(word)
            .args(["--rules", &self.folder.0.display().to_string()])
            .args(["--store", &format!("sqlite:{}", self.folder.0.join("s.db").display())])
            .envs([("SHOP_URL", self.shop.url.as_str()), ("DEPOT_URL", self.depot.url.as_str()), ("KEY", "any")]);
        command
    }

    fn says(&self, word: &[&str]) -> String {
        let done = self.command(word).output().unwrap();
        [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
    }
}

#[test]
fn what_was_written_is_known_however_young_the_list_is() {
    let stage = Stage::start(SHOP);
    for number in 1..=3 {
        stage.order(number, &format!("Ada {number}"));
        let parcel = json!({ "id": format!("p{number}"), "order_ref": number, "receiver": "nobody" });
        Stage::put(&stage.depot, "parcel", &parcel);
    }
    let told = stage.says(&["sync", "--full"]);
    assert_eq!(stage.receivers(), ["Ada 1", "Ada 2", "Ada 3"], "{told}");
    assert!(told.contains("wrote 3") && told.contains("parked 0") && !told.contains("kept otherwise"), "{told}");
    assert!(stage.says(&["sync", "--full"]).contains("wrote 0"));

    // Written once more within one pass, by what people do meanwhile.
    stage.order(1, "Bob");
    let told = stage.says(&["sync", "--full"]);
    assert!(told.contains("wrote 1") && told.contains("parked 0"), "{told}");
    assert!(stage.says(&["inbox", "list"]).contains("nothing is parked"));
}

/// A look for changes shows that a record changed; what it is looked at in is no list from before that.
#[test]
fn each_change_crosses_however_soon_it_follows() {
    let stage = Stage::start(&SHOP.replace("read: GET /orders/{number}\n      ", ""));
    let mut run = stage.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let _service = Process::start(&mut run, "listening");
    stage.order(2, "Somebody");
    for buyer in ["Ada", "Bob", "Cy", "Ada"] {
        stage.order(1, buyer);
        until(&format!("{buyer} crossed"), || stage.receivers().iter().any(|one| one == buyer));
    }
    assert_eq!(stage.receivers().len(), 2);
}

/// A webhook tells of a change that no look has seen: what was listed before it says nothing.
#[test]
fn each_change_crosses_that_only_a_webhook_tells_of() {
    let unsigned = "webhook:\n  unsigned: the shop signs nothing\n  records:\n    - order: number\nrecords:";
    let shop = SHOP.replace("read: GET /orders/{number}\n      ", "").replace("records:", unsigned);
    let stage = Stage::start(&shop);
    stage.order(1, "Somebody");
    let mut run = stage.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "1h"]);
    let service = Process::start(&mut run, "listening");
    until("the first look is over", || stage.receivers() == ["Somebody"] && at_rest(&service.url));
    for buyer in ["Ada", "Bob", "Ada"] {
        stage.order(1, buyer);
        let url = format!("{}/webhooks/shop", service.url);
        let headers = [("Content-Type", "application/json")];
        assert_eq!(http(Method::Post, &url, &headers, br#"{"number": 1}"#).status, 202);
        until(&format!("{buyer} crossed"), || stage.receivers() == [buyer]);
    }
}
