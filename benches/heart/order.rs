//! The order that is mapped: 60 fields and as many lines as asked for, its rules, and the same
//! mapping by hand. Measures nothing.

use std::fmt::Write as _;

use petiole::language::compile_texts;
use petiole::language::plan::Plan;
use petiole::language::source::{SourceFile, SourceMap};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// How many fields there are of each sort: 60 in all.
const TEXTS: usize = 20;
const DECIMALS: usize = 15;
const INTEGERS: usize = 10;
const BOOLS: usize = 5;
const INSTANTS: usize = 5;
const WORDS: usize = 5;

/// The words of the table, left and right.
const TABLE: [(&str, &str); 3] = [("New", "Open"), ("Paid", "Packed"), ("Gone", "Void")];

/// The order as its system sends it.
pub(super) fn text(lines: usize) -> String {
    let mut order = Map::new();
    order.insert("number".to_owned(), json!(4711));
    for at in 0..TEXTS {
        order.insert(format!("t{at}"), json!(format!("  some words that stand in field {at} ")));
    }
    for at in 0..DECIMALS {
        order.insert(format!("d{at}"), json!(format!("{}.{:02}", 100 + at, at)));
    }
    for at in 0..INTEGERS {
        order.insert(format!("i{at}"), json!(at * 17));
    }
    for at in 0..BOOLS {
        order.insert(format!("b{at}"), json!(at % 2 == 0));
    }
    for at in 0..INSTANTS {
        order.insert(format!("s{at}"), json!(format!("2026-03-0{}T10:20:30.000Z", at + 1)));
    }
    for at in 0..WORDS {
        order.insert(format!("w{at}"), json!(TABLE[at % 3].0));
    }
    let line = |at: usize| {
        json!({ "sku": format!("SKU-{at:05}"), "count": at + 1, "price": format!("{}.25", at % 90), "unit": "each",
                "note": format!("line {at}") })
    };
    order.insert("lines".to_owned(), (0..lines).map(line).collect());
    Json::Object(order).to_string()
}

/// The plan that maps it.
pub(super) fn plan() -> Plan {
    let files = [("shop.yaml", shop()), ("depot.yaml", depot()), ("words.yaml", words()), ("parcels.yaml", rules())];
    let others = [
        (
            "accounts.yaml",
            "accounts:\n  shop: { system: shop, base_url: \"http://127.0.0.1:1\" }\n  depot: { system: depot, base_url: \"http://127.0.0.1:2\" }\n",
        ),
        ("ownership.yaml", "ownership:\n  parcels:\n    create: shop\n    what: shop\n"),
    ];
    let others = others.map(|(name, text)| (name, text.to_owned()));
    let files = files.into_iter().chain(others);
    let sources = SourceMap::new(files.map(|(name, text)| SourceFile { name: name.to_owned(), text }).collect());
    let compiled = compile_texts(sources);
    let found: Vec<&str> = compiled.findings.iter().map(|one| one.message.as_str()).collect();
    compiled.plan.unwrap_or_else(|| panic!("the rules of the bench have errors: {found:?}"))
}

/// Every field by its name with the kind that its system says.
fn fields() -> impl Iterator<Item = (String, &'static str)> {
    let sorts = [
        ("t", TEXTS, "text"),
        ("d", DECIMALS, "decimal"),
        ("i", INTEGERS, "integer"),
        ("b", BOOLS, "bool"),
        ("s", INSTANTS, "timestamp"),
    ];
    sorts.into_iter().flat_map(|(letter, count, kind)| (0..count).map(move |at| (format!("{letter}{at}"), kind)))
}

fn shop() -> String {
    let mut text =
        "system: shop\nhttp: {}\nrecords:\n  order:\n    key: number\n    fields:\n      number: integer, read only\n"
            .to_owned();
    for (name, kind) in fields() {
        let _ = writeln!(text, "      {name}: {kind}, read only, always");
    }
    for at in 0..WORDS {
        let _ = writeln!(text, "      w{at}: enum [New, Paid, Gone], read only, always");
    }
    for (name, kind) in
        [("sku", "text"), ("count", "integer"), ("price", "decimal"), ("unit", "text"), ("note", "text")]
    {
        let _ = writeln!(text, "      lines[].{name}: {kind}, read only, always");
    }
    text + "    calls:\n      read: GET /orders/{number}\n      list: GET /orders\n"
}

fn depot() -> String {
    let mut text = "system: depot\nhttp: {}\nrecords:\n  parcel:\n    key: id\n    fields:\n      id: text, read only\n      ref: integer\n".to_owned();
    for (name, kind) in fields() {
        let _ = writeln!(text, "      {name}: {kind}");
    }
    for at in 0..WORDS {
        let _ = writeln!(text, "      w{at}: enum [Open, Packed, Void]");
    }
    for (name, kind) in
        [("sku", "text"), ("count", "integer"), ("price", "decimal"), ("unit", "text"), ("note", "text")]
    {
        let _ = writeln!(text, "      content[].{name}: {kind}");
    }
    text + "    calls:\n      read: GET /parcels/{id}\n      list: GET /parcels\n      create: POST /parcels\n      update: PATCH /parcels/{id}\n"
}

fn words() -> String {
    let rows: String = TABLE.iter().map(|(left, right)| format!("  - {left} <-> {right}\n")).collect();
    format!("table: words\nbetween: [shop.order.w0, depot.parcel.w0]\nrows:\n{rows}")
}

fn rules() -> String {
    let mut text = "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.ref\ncreate:\n  depot: true\nfields:\n  what:\n    - shop.number -> depot.ref\n".to_owned();
    for (name, kind) in fields() {
        let value = match kind {
            "text" => format!("trim(shop.{name})"),
            "decimal" => format!("round(shop.{name} * 1.1, 2)"),
            "integer" => format!("shop.{name} + 1"),
            "bool" => format!("not shop.{name}"),
            _ => format!("shop.{name}"),
        };
        let _ = writeln!(text, "    - {value} -> depot.{name}");
    }
    for at in 0..WORDS {
        let _ = writeln!(text, "    - shop.w{at} -> depot.w{at} via table words");
    }
    text + "    - shop.lines[] -> depot.content[] by [sku]:\n        - .sku -> .sku\n        - .count -> .count\n        - round(.price * 1.1, 2) -> .price\n        - .unit -> .unit\n        - .note -> .note\n"
}

/// The mapping as somebody would write it over JSON values.
pub(super) fn by_hand(text: &str) -> String {
    let order: Json = serde_json::from_str(text).expect("the bench's own text");
    let mut parcel = Map::new();
    parcel.insert("ref".to_owned(), order["number"].clone());
    for (name, kind) in fields() {
        let value = &order[&name];
        let made = match kind {
            "text" => json!(value.as_str().unwrap_or_default().trim()),
            "decimal" => json!(raised(value.as_str().unwrap_or_default())),
            "integer" => json!(value.as_i64().unwrap_or_default() + 1),
            "bool" => json!(!value.as_bool().unwrap_or_default()),
            _ => value.clone(),
        };
        parcel.insert(name, made);
    }
    for at in 0..WORDS {
        let name = format!("w{at}");
        let word = translated(order[&name].as_str().unwrap_or_default());
        parcel.insert(name, json!(word));
    }
    let line = |line: &Json| {
        json!({ "sku": line["sku"], "count": line["count"], "price": raised(line["price"].as_str().unwrap_or_default()),
                "unit": line["unit"], "note": line["note"] })
    };
    let lines = order["lines"].as_array().map(|lines| lines.iter().map(line).collect::<Vec<_>>());
    parcel.insert("content".to_owned(), json!(lines));
    Json::Object(parcel).to_string()
}

fn raised(text: &str) -> String {
    let price: Decimal = text.parse().unwrap_or_default();
    (price * Decimal::new(11, 1)).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).to_string()
}

fn translated(word: &str) -> &'static str {
    TABLE.iter().find(|(left, _)| *left == word).map_or("", |(_, right)| right)
}

macro_rules! typed {
    ($($t:ident)*; $($d:ident)*; $($i:ident)*; $($b:ident)*; $($s:ident)*; $($w:ident)*) => {
        #[derive(Deserialize)]
        struct Order {
            number: i64, $($t: String,)* $($d: Decimal,)* $($i: i64,)* $($b: bool,)* $($s: String,)* $($w: String,)*
            lines: Vec<Line>,
        }

        #[derive(Serialize)]
        struct Parcel {
            r#ref: i64, $($t: String,)* $($d: Decimal,)* $($i: i64,)* $($b: bool,)* $($s: String,)*
            $($w: &'static str,)* content: Vec<Line>,
        }

        impl From<Order> for Parcel {
            fn from(order: Order) -> Self {
                Self {
                    r#ref: order.number,
                    $($t: order.$t.trim().to_owned(),)*
                    $($d: raise(order.$d),)*
                    $($i: order.$i + 1,)*
                    $($b: !order.$b,)*
                    $($s: order.$s,)*
                    $($w: translated(&order.$w),)*
                    content: order.lines.into_iter().map(|line| Line { price: raise(line.price), ..line }).collect(),
                }
            }
        }
    };
}

typed!(
    t0 t1 t2 t3 t4 t5 t6 t7 t8 t9 t10 t11 t12 t13 t14 t15 t16 t17 t18 t19;
    d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 d10 d11 d12 d13 d14; i0 i1 i2 i3 i4 i5 i6 i7 i8 i9; b0 b1 b2 b3 b4;
    s0 s1 s2 s3 s4; w0 w1 w2 w3 w4);

#[derive(Deserialize, Serialize)]
struct Line {
    sku: String,
    count: i64,
    price: Decimal,
    unit: String,
    note: String,
}

fn raise(price: Decimal) -> Decimal {
    (price * Decimal::new(11, 1)).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// The mapping over types.
pub(super) fn typed(text: &str) -> String {
    let order: Order = serde_json::from_str(text).expect("the bench's own text");
    serde_json::to_string(&Parcel::from(order)).expect("plain data")
}
