//! Why a record holds what it holds, as a person asks for it: of the service, and of its store when it is gone.

use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, until};

/// One order that crossed, with a note that would clear a terminal.
struct Crossed {
    trade: Trade,
    service: Process,
    /// `leaflink.order/…`
    order: String,
    /// `flourish.outbound_order/…`
    counterpart: String,
}

impl Crossed {
    fn start() -> Self {
        let trade = Trade::start();
        let service = trade.run("300ms");
        trade.subscribe(&service);
        let submitted = trade.people(&trade.leaflink, "submit", &json!({ "count": 1, "notes": "\u{1b}[2Jleave it" }));
        let order = format!("leaflink.order/{}", submitted["orders"][0]["number"].as_str().unwrap());
        until("the order crossed", || trade.orders().len() == 1 && at_rest(&service.url));
        let counterpart = format!("flourish.outbound_order/{}", trade.orders()[0]["id"].as_str().unwrap());
        Self { trade, service, order, counterpart }
    }

    fn id(&self) -> &str {
        self.counterpart.rsplit_once('/').unwrap().1
    }

    fn status(&self) -> Json {
        get(&format!("{}/_control/state", self.trade.leaflink.url))["orders"][0]["status"].clone()
    }

    fn allocate(&self) {
        self.trade.people(&self.trade.flourish, "allocate", &json!({ "order": self.id() }));
        until("the status followed", || self.status() == "Fulfilled" && at_rest(&self.service.url));
    }

    /// Exit code, standard output, standard error.
    fn explain(&self, arguments: &[&str]) -> (i32, String, String) {
        let done = self.trade.command(&[&["explain"], arguments].concat()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
    }

    #[track_caller]
    fn told(&self, arguments: &[&str]) -> Json {
        let (code, out, err) = self.explain(&[arguments, &["--format", "json"]].concat());
        assert_eq!(code, 0, "{out}{err}");
        serde_json::from_str(&out).unwrap()
    }
}

/// The line of a rule file on which this stands.
fn line_of(trade: &Trade, file: &str, text: &str) -> usize {
    let rules = std::fs::read_to_string(trade.rules.join(file)).unwrap();
    rules.lines().position(|line| line.contains(text)).unwrap() + 1
}

/// What the rule of a field came to about a side, such as `leaflink.status`.
fn came<'j>(told: &'j Json, about: &str) -> Vec<&'j Json> {
    let pairs = told["pairs"].as_array().unwrap();
    let fields = pairs.iter().flat_map(|pair| pair["fields"].as_array().unwrap());
    fields.flat_map(|field| field["came"].as_array().unwrap()).filter(|came| came["about"] == about).collect()
}

#[test]
fn a_status_is_told_with_its_rule_its_row_and_who_told_of_it_by_the_service_and_by_its_store() {
    let mut crossed = Crossed::start();
    crossed.allocate();
    let told = crossed.told(&[&crossed.order, "status"]);
    let field = &told["pairs"][0]["fields"][0];
    assert_eq!(told["pairs"][0]["right"], json!(crossed.counterpart), "{told:#}");
    assert_eq!([&field["left"]["value"], &field["right"]["value"]], ["Fulfilled", "Allocated"], "{field:#}");
    let written = &field["left"]["written"];
    assert_eq!([&written["before"], &written["value"]], ["Accepted", "Fulfilled"], "{written:#}");
    assert_eq!([&written["told"]["by"], &written["told"]["record"]], ["webhook", &*crossed.counterpart], "{written:#}");
    assert_eq!([&written["generation"], &told["generation"]], [&json!(1), &json!(1)]);
    assert_eq!(field["right"]["written"], Json::Null, "petiole never wrote that: {field:#}");
    let line = |file: &str, text: &str| json!(line_of(&crossed.trade, file, text));
    let rule = line("pipelines/orders.yaml", "via table order_status");
    let row = line("tables/order_status.yaml", "Fulfilled                      <-   Allocated");
    let lines: Vec<&Json> = written["lines"].as_array().unwrap().iter().map(|line| &line["line"]).collect();
    assert_eq!(lines, [&rule, &row], "{written:#}");
    assert_eq!(came(&told, "leaflink.status")[0]["came"], "asked", "{field:#}");
    assert_eq!(came(&told, "flourish.order_status")[0]["came"], "unchanged", "{field:#}");

    let (code, by_service, err) = crossed.explain(&[&crossed.order, "status"]);
    assert!(code == 0 && err.is_empty(), "{err}");
    assert!(by_service.contains("leaflink.status: \"Fulfilled\"\n"), "{by_service}");
    assert!(by_service.contains("in the place of \"Accepted\", by generation 1"), "{by_service}");
    assert!(by_service.contains("a webhook told of it"), "{by_service}");
    crossed.service.kill();
    let (code, by_store, err) = crossed.explain(&[&crossed.order, "status"]);
    assert!(code == 0 && by_store == by_service, "{by_store}{err}");
    // The same pair, asked for by its other record.
    let other = crossed.told(&[&crossed.counterpart, "order_status"]);
    assert_eq!(other["pairs"][0]["fields"][0]["left"], field["left"]);
}

#[test]
fn a_rule_that_did_not_speak_is_told_with_the_values_that_its_condition_read() {
    let crossed = Crossed::start();
    crossed.allocate();
    let told = crossed.told(&[&crossed.counterpart, "requested_delivery_date"]);
    let pair = &told["pairs"][0];
    let silent = &pair["fields"][0]["came"][0];
    assert_eq!(silent["came"], "condition", "{pair:#}");
    let read = json!({ "name": "flourish.order_status", "value": "Allocated" });
    assert!(silent["reads"].as_array().unwrap().contains(&read), "{silent:#}");
    let (_, text, _) = crossed.explain(&[&crossed.counterpart, "requested_delivery_date"]);
    assert!(text.contains("its condition was false: flourish.order_status was \"Allocated\""), "{text}");
    // A rule for creates alone says so, and one whose group another system owns says whose it is, and by which setting.
    let told = crossed.told(&[&crossed.counterpart, "original_order_id"]);
    assert_eq!(told["pairs"][0]["fields"][0]["came"][0]["came"], "on-create", "{told:#}");
    let state = get(&format!("{}/_control/state", crossed.trade.leaflink.url));
    let sku = &state["orders"][0]["lines"][0]["sku"];
    let product = state["products"].as_array().unwrap().iter().find(|one| one["sku"] == *sku).unwrap();
    let told = crossed.told(&[&format!("leaflink.product/{}", product["id"])]);
    let pairs = told["pairs"].as_array().unwrap();
    let notes = pairs.iter().flat_map(|pair| pair["fields"].as_array().unwrap());
    let notes = notes.flat_map(|field| field["came"].as_array().into_iter().flatten());
    let barred: Vec<&str> =
        notes.filter(|came| came["came"] == "not-owner").map(|came| came["text"].as_str().unwrap()).collect();
    assert!(barred.iter().any(|text| text.contains("settings.source_of_truth.products is leaflink")), "{told:#}");
}

#[test]
fn what_stopped_is_told_with_the_mend_and_nothing_of_a_peer_steers_the_terminal() {
    let crossed = Crossed::start();
    crossed.allocate();
    let product = get(&format!("{}/_control/state", crossed.trade.leaflink.url))["orders"][0]["lines"][0].clone();
    let lines = json!([{ "sku": product["sku"], "quantity": 1 }]);
    let number = crossed.order.rsplit_once('/').unwrap().1;
    crossed.trade.people(&crossed.trade.leaflink, "edit", &json!({ "order": number, "lines": lines }));
    let parked = || get(&format!("{}/api/v1/inbox", crossed.service.url))["items"].as_array().unwrap().len() == 1;
    until("the change is parked", || parked() && at_rest(&crossed.service.url));
    let (code, text, err) = crossed.explain(&[&crossed.order]);
    assert_eq!(code, 0, "{err}");
    assert!(text.contains("parked since ") && text.contains("when mended: petiole inbox retry 1"), "{text}");
    assert!(text.contains("flourish does not allow changes of this outbound_order now"), "{text}");
    assert!(text.contains("time line:\n") && text.contains("leave it"), "{text}");
    assert!(text.lines().all(|line| !line.contains(char::is_control)), "{text:?}");
}

#[test]
fn a_decision_of_rules_that_are_gone_says_so() {
    let crossed = Crossed::start();
    let path = crossed.trade.rules.join("pipelines/orders.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("# a line above all others\n{text}")).unwrap();
    let status = || get(&format!("{}/api/v1/status", crossed.service.url));
    until("the new rules serve", || status()["generation"] == 2);
    until("it is at rest again", || at_rest(&crossed.service.url));
    let told = crossed.told(&[&crossed.order, "status"]);
    let pair = &told["pairs"][0];
    assert_eq!([&told["generation"], &pair["again"]["same_rules"]], [&json!(2), &json!(false)], "{told:#}");
    let written = &pair["fields"][0]["left"]["written"];
    assert_eq!(written["generation"], 1, "{written:#}");
    // What stands on that line now is not what stood there then.
    assert_eq!(written["lines"][0]["text"], Json::Null, "{written:#}");
    let (_, text, _) = crossed.explain(&[&crossed.order, "status"]);
    assert!(text.contains("by the rules of now: those of generation 1 are not kept"), "{text}");
}

#[test]
fn what_is_not_known_is_told_as_such() {
    let mut crossed = Crossed::start();
    for is_there in [true, false] {
        if !is_there {
            crossed.service.kill();
        }
        for (arguments, words) in [
            (vec!["leaflink.order/nobody"], "nothing is known of leaflink.order/nobody"),
            (vec![&*crossed.order, "statsu"], "near: status"),
            (vec!["leaflnk.order/1"], "near: leaflink"),
            (vec!["leaflink.ordr/1"], "near: order"),
        ] {
            let (code, out, err) = crossed.explain(&arguments);
            assert!(code == 3 && out.is_empty() && err.contains(words), "{arguments:?}: {code} {out}{err}");
        }
    }
    std::fs::remove_file(crossed.trade.folder.0.join("petiole.db")).unwrap();
    let (code, out, err) = crossed.explain(&[&crossed.order]);
    assert!(code == 3 && out.is_empty() && err.contains("no service answers"), "{out}{err}");
}

/// Keys that nobody else knows, with letters that spellings change.
const KEYS: [&str; 2] = ["k3y+of/leaflink=only", "k3y+of/flourish=only"];

#[test]
fn the_calls_are_shown_as_they_went_over_the_wire_with_no_secret_in_them_or_in_anything_that_is_kept() {
    let trade = Trade::start();
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    command.env("LEAFLINK_API_KEY", KEYS[0]).env("FLOURISH_API_KEY", KEYS[1]);
    let service = Process::start(&mut command, "listening");
    // A peer that tells the key that it was given, in a refusal and in an answer to a write.
    trade.faults(
        &trade.flourish,
        &json!({ "rewrite": [{ "url": "/outbound-orders", "writes": true, "find": "\"original_order_id\":",
        "with": format!("\"said\":\"{}\",\"original_order_id\":", KEYS[1]) }] }),
    );
    let note = "it's ${HOME} and `id` \u{1b}[2J";
    let submitted = trade.people(&trade.leaflink, "submit", &json!({ "count": 1, "notes": note }));
    let number = submitted["orders"][0]["number"].as_str().unwrap().to_owned();
    until("the order crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    let order = format!("leaflink.order/{number}");
    let explain = |more: &[&str]| {
        let done = trade.command(&[&["explain", &order], more].concat()).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{done:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    let told: Json = serde_json::from_str(&explain(&["--format", "json"])).unwrap();
    let calls = told["calls"].as_array().unwrap();
    let create = calls.iter().find(|call| call["method"] == "POST" && call["account"] == "flourish");
    let create = create.unwrap_or_else(|| panic!("{calls:#?}"));
    assert_eq!([&create["for"], &create["status"].is_number().into()], [&json!(order), &json!(true)], "{create:#}");
    assert!(create["body"].as_str().unwrap().contains(&number), "{create:#}");
    assert!(create["answer"].as_str().unwrap().contains("***"), "the peer said the key: {create:#}");
    assert!(!calls.iter().any(|call| call["method"] == "GET"), "what is only read and went well is not kept");

    // The line makes the same call again where the variables are set, and runs nothing that stands in it.
    let line = create["curl"].as_str().unwrap();
    let shown = format!("curl() {{ printf '%s\\n' \"$@\"; }}; {line}");
    let run = std::process::Command::new("sh").arg("-c").arg(shown).env("FLOURISH_API_KEY", KEYS[1]).output().unwrap();
    let words = String::from_utf8(run.stdout).unwrap();
    assert!(words.contains(KEYS[1]), "{line}\n{words}");
    assert!(words.contains(create["body"].as_str().unwrap()), "{line}\n{words}");

    let text = explain(&["--calls"]);
    assert!(text.contains("${FLOURISH_API_KEY}"), "{text}");
    assert!(text.lines().all(|line| !line.contains(char::is_control)), "{text:?}");
    drop(service);
    assert_no_key(&trade, &text, &told);
}

/// Looks for the keys in all that is kept, however it is kept.
#[track_caller]
fn assert_no_key(trade: &Trade, text: &str, told: &Json) {
    let file = rusqlite::Connection::open(trade.folder.0.join("petiole.db")).unwrap();
    let mut kept = vec![text.to_owned(), told.to_string()];
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let names: Vec<String> =
        file.prepare(tables).unwrap().query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert!(names.iter().any(|name| name == "call"), "{names:?}");
    for name in names {
        let mut select = file.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = select.column_count();
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            kept.extend((0..columns).map(|column| match row.get_ref(column).unwrap() {
                rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                rusqlite::types::ValueRef::Blob(bytes) => {
                    let mut text = String::from_utf8_lossy(bytes).into_owned();
                    let mut unpacked = String::new();
                    let read =
                        std::io::Read::read_to_string(&mut flate2::read::DeflateDecoder::new(bytes), &mut unpacked);
                    text.extend(read.is_ok().then_some(unpacked));
                    text
                }
                _ => String::new(),
            }));
        }
    }
    for key in KEYS {
        // Also as JSON, URLs and base64 spell it.
        let spelt = [key.to_owned(), key.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")];
        let found = kept.iter().find(|text| spelt.iter().any(|key| text.contains(key)));
        assert!(found.is_none(), "{key}: {found:?}");
    }
}

#[test]
fn an_order_that_does_not_cross_says_what_would_bring_it_over() {
    let trade = Trade::start();
    let service = trade.run("300ms");
    let submitted = trade.people(&trade.leaflink, "submit", &json!({ "count": 1, "draft": true }));
    let number = submitted["orders"][0]["number"].as_str().unwrap().to_owned();
    let found = || trade.command(&["find", &number]).output().unwrap().status.code() == Some(0);
    until("it was looked at", || found() && at_rest(&service.url));
    let done = trade.command(&["explain", &number]).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{text}");
    assert!(text.contains("has no counterpart in pipeline `orders`"), "{text}");
    let line = line_of(&trade, "pipelines/orders.yaml", "flourish: (leaflink.status in settings.orders.sync_statuses");
    assert!(text.contains(&format!("pipelines/orders.yaml:{line}   flourish: (leaflink.status in")), "{text}");
}
