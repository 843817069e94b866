//! `when gone:`: what becomes of a record whose counterpart was deleted or archived, in both directions.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Folder, Process, at_rest, get, petiole, send, until};

/// Orders are deleted, and are not there any more.
const SHOP: &str = "system: shop
http: { auth: 'X-Key = {secrets.key}', settle_after: 50ms }
paging: { style: whole }
records:
  order:
    key: number
    modified: changed_at
    fields:
      number: integer, read only, always
      buyer: text, always or null
      changed_at: timestamp, read only, always
    calls:
      read: GET /orders/{number}
      list: GET /orders
      changed: GET /orders?since={since}
      delete: DELETE /orders/{number}
";

/// Parcels are archived, and still shown.
const DEPOT: &str = "system: depot
http: { auth: 'X-Key = {secrets.key}', settle_after: 50ms }
paging: { style: whole }
records:
  parcel:
    modified: touched
    gone when: archived
    fields:
      id: text, read only, always
      order_ref: integer, required on create
      receiver: text, always or null
      archived: bool, read only, always
      touched: timestamp, read only, always
    calls:
      read: GET /parcels/{id}
      list: GET /parcels
      changed: GET /parcels?since={since}
      create: POST /parcels
      update: PATCH /parcels/{id}
      archive:
        request: POST /parcels/{id}/archive
        allowed when: receiver != \"kept\"
";

const ACCOUNTS: &str = "accounts:
  shop: { system: shop, base_url: '${SHOP_URL}', secrets: { key: '${KEY}' } }
  depot: { system: depot, base_url: '${DEPOT_URL}', secrets: { key: '${KEY}' } }
";

struct Stage {
    folder: Folder,
    shop: Process,
    depot: Process,
}

impl Stage {
    /// Orders `1..=count` with their parcels, in step, under this `when gone:` and this owner of `delete`.
    fn new(when_gone: &str, owner: &str, count: i64) -> Self {
        let folder = Folder::new();
        let rules = format!(
            "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\n\
             create:\n  depot: true\n{when_gone}fields:\n  what:\n    - shop.number -> depot.order_ref on create\n    \
             - shop.buyer -> depot.receiver or clear\n"
        );
        let ownership = format!("ownership:\n  parcels: {{ create: shop, what: shop{owner} }}\n");
        for (name, text) in [
            ("shop.yaml", SHOP),
            ("depot.yaml", DEPOT),
            ("accounts.yaml", ACCOUNTS),
            ("parcels.yaml", &rules),
            ("ownership.yaml", &ownership),
        ] {
            std::fs::write(folder.0.join(name), text).unwrap();
        }
        let serve = |name: &str| {
            let path = folder.0.join(format!("{name}.yaml")).display().to_string();
            Process::start(petiole().args(["simulate", &path]), "base url")
        };
        let stage = Self { shop: serve("shop"), depot: serve("depot"), folder };
        let orders: Vec<Json> = (1..=count).map(|number| json!({ "number": number, "buyer": "Ada" })).collect();
        stage.put("order", &json!(orders));
        let (code, told) = stage.says(&["sync", "--full", "--yes"]);
        assert_eq!(code, 0, "{told}");
        stage
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = petiole();
        command
            .args(arguments)
            .env("PETIOLE_RULES", &self.folder.0)
            .env("PETIOLE_STORE", format!("sqlite:{}", self.folder.0.join("s.db").display()))
            .envs([("SHOP_URL", self.shop.url.as_str()), ("DEPOT_URL", self.depot.url.as_str()), ("KEY", "any")]);
        command
    }

    fn says(&self, arguments: &[&str]) -> (i32, String) {
        let done = self.command(arguments).output().unwrap();
        let told = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        (done.status.code().unwrap(), told)
    }

    fn put(&self, record: &str, fields: &Json) {
        let body = json!({ "record": record, "fields": fields });
        send(Method::Put, &format!("{}/_control/put", self.shop.url), &body);
    }

    /// People take a record away.
    fn gone(&self, side: &Process, record: &str, key: &Json) {
        send(Method::Put, &format!("{}/_control/gone", side.url), &json!({ "record": record, "key": key }));
    }

    fn orders(&self) -> Vec<i64> {
        let orders = get(&format!("{}/_control/state", self.shop.url))["order"].as_array().cloned().unwrap_or_default();
        orders.iter().map(|order| order["number"].as_i64().unwrap()).collect()
    }

    /// The parcels that count, each with its order.
    fn parcels(&self) -> Vec<(i64, String)> {
        let parcels =
            get(&format!("{}/_control/state", self.depot.url))["parcel"].as_array().cloned().unwrap_or_default();
        let living = parcels.iter().filter(|parcel| parcel["archived"] != true);
        let mut found: Vec<(i64, String)> = living
            .map(|parcel| (parcel["order_ref"].as_i64().unwrap(), parcel["id"].as_str().unwrap().to_owned()))
            .collect();
        found.sort();
        found
    }

    fn parcel_of(&self, order: i64) -> Json {
        let parcels = self.parcels();
        json!(parcels.iter().find(|(number, _)| *number == order).map(|(_, id)| id.clone()).unwrap())
    }

    /// How often a peer was told to take something away.
    fn removals(side: &Process) -> usize {
        let calls = get(&format!("{}/_control/calls", side.url));
        calls.as_array().unwrap().iter().filter(|call| call["call"] == "remove").count()
    }
}

const BOTH_WAYS: &str = "when gone:\n  shop: propagate\n  depot: propagate\n";

#[test]
fn what_is_gone_on_one_side_is_taken_away_on_the_other_and_the_link_ends() {
    let stage = Stage::new(BOTH_WAYS, "", 4);
    stage.gone(&stage.shop, "order", &json!(1));
    stage.gone(&stage.depot, "parcel", &stage.parcel_of(2));
    let (code, planned) = stage.says(&["plan", "--full"]);
    assert!(code == 5 && planned.contains("2 to remove"), "{code}: {planned}");
    assert!(planned.contains("  - shop.order/2, whose counterpart is gone  "), "{planned}");
    assert_eq!((stage.orders(), Stage::removals(&stage.depot)), (vec![2, 3, 4], 0), "a plan writes nothing");
    let (code, told) = stage.says(&["sync", "--full"]);
    assert!(code == 0 && told.contains("wrote 2, parked 0") && told.contains("2 × remove"), "{code}: {told}");
    assert_eq!(stage.orders(), [3, 4]);
    assert_eq!(stage.parcels().iter().map(|(order, _)| *order).collect::<Vec<_>>(), [3, 4]);
    let (code, told) = stage.says(&["sync", "--full"]);
    assert!(code == 0 && told.contains("differing 0, healed 0, wrote 0"), "{code}: {told}");
    let (_, story) = stage.says(&["explain", "shop.order/2"]);
    assert!(story.contains("removed shop.order/2"), "{story}");
    assert_eq!((Stage::removals(&stage.shop), Stage::removals(&stage.depot)), (1, 1));
}

#[test]
fn a_running_service_hears_of_it_and_a_lost_answer_takes_nothing_away_twice() {
    let stage = Stage::new(BOTH_WAYS, "", 3);
    let run = &["run", "--listen", "127.0.0.1:0", "--poll-interval", "100ms"];
    let service = Process::start(&mut stage.command(run), "listening");
    // What is archived is told by the list of changes, which goes on showing it.
    stage.gone(&stage.depot, "parcel", &stage.parcel_of(1));
    until("the order is deleted", || stage.orders() == [2, 3] && at_rest(&service.url));
    send(Method::Put, &format!("{}/_control/faults", stage.depot.url), &json!({ "cut_after_commit_every": 1 }));
    stage.gone(&stage.shop, "order", &json!(2));
    send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({}));
    until("the parcel is archived", || stage.parcels().len() == 1 && at_rest(&service.url));
    let status = get(&format!("{}/api/v1/status", service.url));
    assert_eq!(status["links"], 1, "{status}");
    assert_eq!((Stage::removals(&stage.shop), Stage::removals(&stage.depot)), (1, 1));
}

#[test]
fn where_nothing_is_said_or_ownership_forbids_it_a_person_decides() {
    for (when_gone, owner) in
        [("", ""), ("when gone:\n  shop: park\n", ""), ("when gone:\n  shop: propagate\n", ", delete: depot")]
    {
        let stage = Stage::new(when_gone, owner, 2);
        stage.gone(&stage.shop, "order", &json!(1));
        let (code, told) = stage.says(&["sync", "--full"]);
        assert!(code == 3 && told.contains("parked 1"), "{when_gone}{owner}: {code}: {told}");
        let (_, inbox) = stage.says(&["inbox", "list"]);
        assert!(inbox.contains("is gone, the counterpart of depot.parcel/"), "{inbox}");
        assert_eq!((stage.parcels().len(), Stage::removals(&stage.depot)), (2, 0));
    }
}

#[test]
fn what_is_detached_stays_as_it_is_and_nobody_is_asked() {
    let stage = Stage::new("when gone:\n  shop: detach\n", "", 2);
    stage.gone(&stage.shop, "order", &json!(1));
    for _ in 0..2 {
        let (code, told) = stage.says(&["sync", "--full"]);
        assert!(code == 0 && told.contains("wrote 0, parked 0"), "{code}: {told}");
        assert!(told.contains("its shop.order 1 is gone"), "{told}");
    }
    assert_eq!(stage.parcels().len(), 2);
    // One made anew under the same number takes the place of the one that is gone.
    stage.put("order", &json!({ "number": 1, "buyer": "Bob" }));
    let (code, told) = stage.says(&["sync", "--full"]);
    assert!(code == 0 && told.contains("wrote 1, parked 0"), "{code}: {told}");
    assert_eq!(stage.parcels().len(), 2, "no second parcel");
}

#[test]
fn what_the_peer_does_not_let_go_is_told_and_goes_when_it_does() {
    let stage = Stage::new(BOTH_WAYS, "", 2);
    stage.put("order", &json!({ "number": 1, "buyer": "kept" }));
    assert_eq!(stage.says(&["sync", "--full"]).0, 0);
    let parcel = stage.parcel_of(1);
    stage.gone(&stage.shop, "order", &json!(1));
    let (code, told) = stage.says(&["sync", "--full"]);
    assert!(code == 3 && told.contains("does not let this parcel be taken away now"), "{code}: {told}");
    let fields = json!({ "record": "parcel", "fields": { "id": parcel, "receiver": "Eve" } });
    send(Method::Put, &format!("{}/_control/put", stage.depot.url), &fields);
    let (code, told) = stage.says(&["sync", "--full"]);
    assert!(code == 0 && told.contains("1 × remove"), "{code}: {told}");
    assert_eq!(stage.parcels().len(), 1);
}

#[test]
fn a_link_of_two_that_are_both_gone_ends() {
    let stage = Stage::new(BOTH_WAYS, "", 2);
    let parcel = stage.parcel_of(1);
    stage.gone(&stage.shop, "order", &json!(1));
    stage.gone(&stage.depot, "parcel", &parcel);
    let (code, told) = stage.says(&["sync", "--full"]);
    assert!(code == 0 && told.contains("wrote 0, parked 0"), "{code}: {told}");
    let (_, status) = stage.says(&["status"]);
    assert!(status.contains("links: 1"), "{status}");
}

#[test]
fn a_sweep_that_would_remove_many_stops_and_asks() {
    let stage = Stage::new(BOTH_WAYS, "", 8);
    std::fs::write(stage.folder.0.join("settings.yaml"), "settings:\n  reconcile: { creates: 2 }\n").unwrap();
    (1..=3).for_each(|number| stage.gone(&stage.shop, "order", &json!(number)));
    let (code, told) = stage.says(&["sync", "--full"]);
    assert!(code == 3 && told.contains("3 depot.parcel would be removed"), "{code}: {told}");
    assert_eq!(stage.parcels().len(), 8);
    let (code, told) = stage.says(&["sync", "--full", "--yes"]);
    assert!(code == 0 && told.contains("3 × remove"), "{code}: {told}");
    assert_eq!(stage.parcels().len(), 5);
}
