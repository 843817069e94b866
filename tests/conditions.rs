//! What conditions mean: which never hold at once, which cover everything, which can never hold.
//!
//! Each condition stands at a rule of its own over two invented systems; the model of the lints is asked about them.

use petiole::language;
use petiole::language::lint::View;
use petiole::language::lint::model::meaning::{Condition, Possible, Reading, always_one_of, never_together};
use petiole::world::SystemFiles;

use crate::support::Folder;

const SHOP: &str = "\
system: shop
http:
  auth: X-Key = {secrets.key}
records:
  order:
    key: number
    fields:
      number: integer, read only
      state: enum [New, Paid, Sent], always
      size: enum [S, M, L]
      vip: bool
      paid: bool, always
      kind: text
      code: text
      total: decimal
      count: integer
      due: date
      first: -> customer
      second: -> customer
      lines[].size: enum [S, M, L]
    calls:
      read: GET /orders/{number}
      list: GET /orders
      update: PATCH /orders/{number}
  customer:
    key: id
    fields:
      id: integer, read only
      kind: text
    calls:
      read: GET /customers/{id}
      list: GET /customers
";

const DEPOT: &str = "\
system: depot
http:
  auth: X-Key = {secrets.key}
records:
  parcel:
    key: id
    fields:
      id: text, read only
      order_ref: integer
      one: text
      two: text
      kind: text
    calls:
      read: GET /parcels/{id}
      list: GET /parcels
      update: PATCH /parcels/{id}
";

const SETTINGS: &str = "\
settings:
  way: air
  free: x
  bring: [New]
  limit: 5
types:
  way: one of [air, sea]
  free: text
  bring: list of one of [New, Paid]
  limit: number
";

const ACCOUNTS: &str = r#"
accounts:
  shop: { system: shop, base_url: https://shop.test, secrets: { key: "${KEY}" } }
  depot: { system: depot, base_url: https://depot.test, secrets: { key: "${KEY}" } }
"#;

/// Asks the model about the conditions of two rules.
fn ask<T>(one: &str, other: &str, question: impl FnOnce(&Condition, &Condition) -> T) -> T {
    let folder = Folder::new();
    let rules = format!(
        "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\nwith:\n  \
         twin: shop.customer where .kind == shop.kind, at most one\n  \
         again: shop.customer where .kind == shop.kind, at most one\n  \
         other: shop.customer where .kind == shop.code, at most one\nfields:\n  what:\n    \
         - 'shop.kind -> depot.one {one}'\n    - 'shop.kind -> depot.two {other}'\n"
    );
    let ownership = "ownership:\n  parcels:\n    what: shop\n";
    let files = [
        ("shop.yaml", SHOP),
        ("depot.yaml", DEPOT),
        ("settings.yaml", SETTINGS),
        ("accounts.yaml", ACCOUNTS),
        ("ownership.yaml", ownership),
        ("parcels.yaml", &rules),
    ];
    for (name, text) in files {
        std::fs::write(folder.0.join(name), text).unwrap();
    }
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
    let messages: Vec<&String> = compiled.findings.iter().map(|one| &one.message).collect();
    let rules = compiled.rules.as_ref().unwrap_or_else(|| panic!("`{one:.80}`, `{other:.80}`: {messages:?}"));
    let view = View::new(rules, &compiled.sources);
    let pipeline = &rules.pipelines["parcels"];
    let reading = Reading::of(&view, pipeline);
    question(&reading.of_rule(&pipeline.rules[0]), &reading.of_rule(&pipeline.rules[1]))
}

/// Two conditions, whether they are never both so, and whether one of them always is.
const PAIRS: [(&str, &str, bool, bool); 42] = [
    // The same, turned round, in whatever words.
    ("when shop.vip", "unless shop.vip", true, true),
    ("when shop.vip", "when shop.vip == false", true, true),
    ("when shop.vip == true", "when shop.vip != true", true, true),
    ("when shop.paid", "when shop.paid == false", true, true),
    ("when shop.vip and shop.size == \"S\"", "unless shop.vip", true, false),
    ("when shop.vip or shop.size == \"S\"", "unless shop.vip", false, true),
    ("when not (shop.vip or shop.paid)", "when shop.paid", true, false),
    ("when not (shop.vip and shop.paid)", "when shop.paid and shop.vip", true, true),
    ("when shop.vip", "when shop.paid", false, false),
    // Few values.
    ("when shop.state in [\"New\", \"Paid\"]", "when shop.state == \"Sent\"", true, true),
    ("when shop.state != \"New\"", "when shop.state == \"New\"", true, true),
    ("when shop.state in [\"New\", \"Paid\"]", "when shop.state != \"New\"", false, true),
    ("when shop.size in [\"S\", \"M\"]", "when shop.size == \"L\"", true, true),
    ("when shop.size == \"S\" or shop.size == null", "when shop.size in [\"M\", \"L\"]", true, true),
    ("when shop.size == \"S\"", "when shop.size == null", true, false),
    ("when (shop.size ?? \"S\") < \"M\"", "when (shop.size ?? \"S\") >= \"M\"", true, true),
    // Any text.
    ("when shop.kind == \"a\"", "when shop.kind == \"b\"", true, false),
    ("when \"a\" == shop.kind", "when shop.kind in [\"b\", \"c\"]", true, false),
    ("when shop.kind == \"a\"", "when shop.kind != \"a\"", true, true),
    ("when shop.kind != \"a\"", "when shop.kind != \"b\"", false, true),
    ("when shop.kind == null", "when shop.kind != null", true, true),
    ("when shop.kind == \"a\"", "when shop.code == \"b\"", false, false),
    ("when (shop.kind ?? \"a\") == \"a\"", "when shop.kind == \"b\"", true, false),
    ("when (shop.kind ?? \"a\") == \"a\"", "when shop.kind == null", false, false),
    ("when lower(shop.kind) == \"a\"", "when lower(shop.kind) == \"b\"", true, false),
    ("when lower(shop.kind) == \"a\"", "when lower(shop.code) == \"b\"", false, false),
    ("when starts_with(shop.kind ?? \"\", \"a\")", "unless starts_with(shop.kind ?? \"\", \"a\")", true, true),
    ("when shop.kind == shop.code", "when shop.code != shop.kind", true, true),
    ("when shop.kind == \"a\"", "when depot.kind == \"b\"", false, false),
    // Numbers and days.
    ("when (shop.total ?? 0) < 5", "when (shop.total ?? 0) >= 5", true, true),
    ("when (shop.total ?? 0) < 5", "when 5 < (shop.total ?? 0)", true, false),
    ("when (shop.total ?? 0) <= 5", "when (shop.total ?? 0) >= 5", false, true),
    ("when (shop.count ?? 0) < 5", "when (shop.count ?? 0) > 4", true, true),
    ("when (shop.total ?? 0) < 5", "when (shop.total ?? 0) > 4", false, true),
    ("when (shop.total ?? 0) == 7", "when (shop.total ?? 0) < -1.5", true, false),
    ("when count(shop.lines) > 3", "when count(shop.lines) == 2", true, false),
    // Records of other names, and what stands in what is not there.
    ("when twin.kind == \"a\"", "when again.kind == \"b\"", true, false),
    ("when twin.kind == \"a\"", "when other.kind == \"b\"", false, false),
    ("when shop.first.kind == \"a\"", "when shop.second.kind == \"b\"", false, false),
    ("when shop.first == null", "when shop.first.kind == \"a\"", true, false),
    // Settings.
    ("when settings.way == \"air\"", "when settings.way == \"sea\"", true, true),
    ("when shop.state in settings.bring", "when shop.state == \"Sent\"", true, false),
];

#[test]
fn conditions_are_compared_by_meaning() {
    let mut wrong = Vec::new();
    for (one, other, apart, whole) in PAIRS {
        for (one, other) in [(one, other), (other, one)] {
            let found = ask(one, other, |one, other| (never_together(one, other), always_one_of([one, other])));
            if found != (apart, whole) {
                wrong.push(format!("`{one}`, `{other}`: never together {}, always one of them {}", found.0, found.1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Conditions, and where they may hold; empty: nowhere.
const POSSIBLE: [(&str, &str); 8] = [
    ("when shop.state == \"Paid\" and shop.state == \"New\"", ""),
    ("when shop.state == \"Paid\" and not (shop.state in [\"Paid\", \"Sent\"])", ""),
    ("when (shop.total ?? 0) > 5 and (shop.total ?? 0) < 3", ""),
    ("when shop.kind == null and shop.kind == \"a\"", ""),
    ("when settings.way == \"air\" and not (settings.way in [\"air\", \"sea\"])", ""),
    ("when shop.vip and shop.state == \"New\"", "`shop.state` is New and `shop.vip` is true"),
    ("when shop.kind != \"a\" and shop.kind != null", "`shop.kind` is something else"),
    ("when (shop.total ?? 0) > 5 and (shop.total ?? 0) < 7", "`shop.total` is between 5 and 7"),
];

#[test]
fn a_condition_that_can_never_hold_is_known() {
    for (condition, witness) in POSSIBLE {
        let wanted = if witness.is_empty() { Possible::Never } else { Possible::Where(witness.to_owned()) };
        assert_eq!(ask(condition, "", |one, _| one.possible()), wanted, "{condition}");
    }
}

#[test]
fn what_is_too_much_cannot_be_told() {
    let part = |at: usize| format!("starts_with(shop.kind ?? \"\", \"a{at}\")");
    let each: Vec<String> = (0..12).map(|at| format!("({} or not {})", part(at), part(at))).collect();
    let condition = format!("when {} and shop.code == \"a\" and shop.code == \"b\"", each.join(" and "));
    assert_eq!(ask(&condition, "", |one, _| one.possible()), Possible::CannotBeTold);
}
