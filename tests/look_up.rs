//! Looking for records in a long listing: what is decided is the same whether all rows are looked at or the few that can
//! fit. A condition in brackets with `== true` behind it is one of which nothing can be told beforehand.

use std::sync::Arc;

use petiole::engine::{self, Decision, Found, Listed, Situation, Step, Want};
use petiole::language::compile_texts;
use petiole::language::plan::{Plan, Side};
use petiole::language::source::{SourceFile, SourceMap};
use petiole::value::{Record, Value, json};
use serde_json::{Value as Json, json};

/// Conditions on the rows; in some of them nothing can be told of the rows that are left out.
const CONDITIONS: &[&str] = &[
    ".code == shop.code",
    "shop.code == .code",
    ".word == shop.word",
    ".code in [1, 2.0, 3]",
    ".word in [\"a\", \"7\"]",
    ".word in settings.words",
    ".code == 7",
    ".open and .code == shop.code",
    ".open == true and .word != \"a\" and .code == shop.code",
    ".word in [\"a\", \"b\"] and count(.lines[] where .item == shop.code) > 0",
    "count(.lines[] where .item in firsts[].code) >= 1",
    "count(.lines[] where .item in firsts[].code) != 0 and .open",
    ".open and count(.lines[] where .item in firsts[].code) > 0",
    "not (.open or .word == \"b\") and .code == shop.code",
    ".code > 2 and .code == shop.code",
    ".code == shop.code and .code > 2",
    "(round(10 / (.code - 3), 2) ?? park \"three\") > 0 and .code == shop.code",
    ".code == shop.code and (round(10 / (.code - 3), 2) ?? park \"three\") > 0",
    "(.word ?? park \"no word\") != \"a\" and .code == shop.code",
    "mapped(\"words\", .word) == \"x\" and .code == shop.code",
    "linked(\"parcels\", .word) and .code == shop.code",
    ".word == \"a\" or .code == shop.code",
    ".code == shop.code and shop.word != null",
    ".word == one.word",
    ".owner.word == \"b\" and .code == shop.code",
    ".code == shop.code and .owner.word == \"b\"",
    "count(.lines[] where (.item ?? 0) > 2) > 0 and .code == shop.code",
];

fn rules(condition: &str) -> Plan {
    let pipeline = format!(
        "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.ref\nwith:\n  \
         firsts: shop.row[] where .open and .code != 7\n  one: shop.row where .word == \"c\" and .code == 5, at most one\n  \
         rows: shop.row[] where {condition}\ncreate:\n  depot: true\nfields:\n  what:\n    - shop.number -> depot.ref\n    \
         - join(rows[].id, \",\") -> depot.text\n"
    );
    let shop = "system: shop\nhttp: {}\nrecords:\n  order:\n    key: number\n    fields:\n      number: text, read only\n      \
                code: decimal, read only\n      word: text, read only\n    calls: { list: GET /orders, read: \"GET /orders/{number}\" }\n  \
                row:\n    key: id\n    fields:\n      id: text, read only\n      code: decimal, read only, always\n      word: text, read only\n      \
                open: bool, read only\n      owner: -> row, read only\n      \"lines[].item\": decimal, read only, always\n    \
                calls: { list: GET /rows }\n";
    let depot = "system: depot\nhttp: {}\nrecords:\n  parcel:\n    key: id\n    fields:\n      id: text, read only\n      \
                 ref: text\n      text: text\n    calls: { list: GET /p, create: POST /p, update: \"PUT /p/{id}\" }\n";
    let files = [
        ("shop.yaml", shop),
        ("depot.yaml", depot),
        ("parcels.yaml", &pipeline),
        (
            "words.yaml",
            "table: words\nbetween: [shop.row.word, depot.parcel.text]\nrows:\n  - a <-> x\n  - b <-> y\n  - c <-> z\n",
        ),
        ("settings.yaml", "settings:\n  words: [a, c]\n"),
        (
            "accounts.yaml",
            "accounts:\n  shop: { system: shop, base_url: \"http://127.0.0.1:1\" }\n  depot: { system: depot, base_url: \"http://127.0.0.1:2\" }\n",
        ),
        ("ownership.yaml", "ownership:\n  parcels:\n    create: shop\n    what: shop\n"),
    ];
    let files = files.map(|(name, text)| SourceFile { name: name.to_owned(), text: text.to_owned() });
    let compiled = compile_texts(SourceMap::new(files.to_vec()));
    let found: Vec<_> =
        compiled.findings.iter().map(|one| format!("{}: {}; {:?}", one.code.0, one.message, one.help)).collect();
    compiled.plan.unwrap_or_else(|| panic!("{condition}: {found:#?}"))
}

/// A listing of more rows than are looked at one by one, with what peers send beside what is right.
fn rows(random: &mut fastrand::Rng) -> Vec<Json> {
    let count = random.usize(17..60);
    let code = |random: &mut fastrand::Rng| match random.u8(..10) {
        0 => Json::Null,
        1 => json!("3"),
        2 => json!(3.00),
        3 => json!([3]),
        _ => json!(random.u8(1..9)),
    };
    let row = |at: usize| {
        let lines = match random.u8(..8) {
            0 => Json::Null,
            1 => json!("none"),
            2 => json!([]),
            _ => (0..random.usize(1..4)).map(|_| json!({ "item": code(random) })).collect(),
        };
        let word = ["a", "b", "c", "7"][random.usize(..4)];
        let open = [Json::Null, json!(true), json!(false)][random.usize(..3)].clone();
        json!({
            "id": at.to_string(), "code": code(random), "word": word, "lines": lines,
            "open": open, "owner": random.usize(..count).to_string(),
        })
    };
    (0..count).map(row).collect()
}

fn decided(plan: &Plan, (order, rows): (&Json, &[Json])) -> (Decision, bool) {
    let accounts = ["shop".to_owned(), "depot".to_owned()];
    let words = Value::Record(Record::from([("words", vec![Value::text("a"), Value::text("c")].into())]));
    let left = Some(json::from_json(order));
    let mut situation = Situation { left, ..Situation::of(Side::Left, accounts, words) };
    let kind = plan.record("shop", "row").unwrap();
    let listed = Arc::new(Listed::new(kind, "shop", rows.iter().map(json::from_json)));
    let mut looked = false;
    for _ in 0..20 {
        match engine::decide(plan, &plan.pipelines["parcels"], &situation) {
            Step::Done(decision) => return (*decision, looked),
            Step::Need(wants) => {
                for want in wants {
                    looked |= matches!(want, Want::List { .. });
                    let found = match &want {
                        Want::List { .. } => Found::Listed(Arc::clone(&listed)),
                        Want::Record { id, .. } => {
                            let own = rows.iter().find(|row| row["id"] == json!(id));
                            Found::Records(own.map(json::from_json).into_iter().collect())
                        }
                        _ => Found::Records(Vec::new()),
                    };
                    situation.reads.insert(want, found);
                }
            }
        }
    }
    panic!("it asks without end");
}

#[test]
fn rows_that_cannot_fit_are_left_out_and_nothing_else_changes() {
    let seed =
        std::env::var("PETIOLE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    let mut fitting = 0;
    for condition in CONDITIONS {
        let [own, whole] = [rules(condition), rules(&format!("({condition}) == true"))];
        for _ in 0..40 {
            let word = [json!("a"), json!("b"), Json::Null][random.usize(..3)].clone();
            let code = [json!(3), json!(3.00), json!(5), Json::Null, json!(99)][random.usize(..5)].clone();
            let order = json!({ "number": "N1", "code": code, "word": word });
            let rows = rows(&mut random);
            let [(own, looked), (whole, _)] = [&own, &whole].map(|plan| decided(plan, (&order, &rows)));
            fitting += usize::from(looked && own.effect.is_some());
            assert_eq!(
                format!("{own:?}"),
                format!("{whole:?}"),
                "PETIOLE_SEED={seed}: {condition} for {order} among {rows:#?}"
            );
        }
    }
    assert!(fitting > CONDITIONS.len(), "PETIOLE_SEED={seed}: most look-ups come to something");
}
