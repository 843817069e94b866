//! Scripts are given what they read of a record and no more, and never see that something was left out.

use petiole::diagnostic::FileId;
use petiole::language::script::ScriptSet;
use petiole::value::{Value, json};

/// Other functions that the ones below call.
const FUNCTIONS: &str = r"
/// price(line: any) -> any
fn price(line) { if line.sale == () { line.price } else { line.sale } }
/// total(lines: any) -> any
fn total(lines) { let sum = 0; for line in lines { sum += price(line); } sum }
/// kept(order: any) -> any
fn kept(order) { order }
/// deep(order: any, depth: any) -> any
fn deep(order, depth) { if depth == 0 { order.number } else { deep(order.inner, depth - 1) } }
/// ping(order: any, depth: any) -> any
fn ping(order, depth) { if depth == 0 { order.status } else { pong(order, depth - 1) } }
/// pong(order: any, depth: any) -> any
fn pong(order, depth) { if depth == 0 { order.number } else { ping(order, depth - 1) } }
/// marked(order: any) -> any
fn marked(order) { order.seen = true; order }
/// second(a: any, b: any) -> any
fn second(a, b) { b.status }
";

/// Bodies of a function of `x`, an order.
const BODIES: &[&str] = &[
    "x.number",
    "x.missing",
    "x?.missing",
    "x",
    "#{ all: x, number: x.number }",
    "x[\"number\"]",
    "let name = \"number\"; x[name]",
    "let y = x; y.status",
    "let y = x.customer; y.name",
    "x.customer.name",
    "x.customer.name.len",
    "x.customer",
    "x.customer == ()",
    "x.customer != ()",
    "x == ()",
    "() == x.missing",
    "x == #{}",
    "x.customer == #{ name: \"Green Door\" }",
    "x.customer == x.twin",
    "x ?? 3",
    "(x ?? #{}).number",
    "x.number ?? 3",
    "x.lines.len",
    "x.lines.len()",
    "x.lines.is_empty",
    "x.lines[0].price",
    "x.lines[-1]",
    "x.lines[x.at].sale",
    "let sum = 0; for line in x.lines { sum += line.price; } sum",
    "let sum = 0; for (line, at) in x.lines { sum += line.price * at; } sum",
    "let all = []; for line in x.lines { all.push(line); } all",
    "let all = []; for line in x.lines { all += line.tags; } all",
    "let all = []; for line in x.lines { for tag in line.tags { all.push(tag.word); } } all",
    "let n = 0; for line in x.lines { if line == () { n += 1; } } n",
    "let n = 0; for line in x.lines { if line.sale != () { n += 1; } } n",
    "for line in x.lines { line.price = 7; } x.lines",
    "for x in x.lines { return x.price; }",
    "let sum = 0; for line in x.lines { sum += price(line); } sum + price(x.lines[1])",
    "total(x.lines)",
    "total(x.lines.filter(|line| line.sale != ()))",
    "x.lines.map(|line| line.price + x.number)",
    "let f = |y| y.number + x.number; f.call(x)",
    "Fn(\"kept\").call(x)",
    "Fn(\"price\").curry(x.lines[0]).call()",
    "kept(x).status",
    "kept(x.customer)",
    "x.kept()",
    "x.customer.kept()",
    "deep(x, 0)",
    "deep(x, 2)",
    "ping(x, 3)",
    "pong(x, 3)",
    "marked(x)",
    "marked(x).seen",
    "second(x, x)",
    "second(x.customer, x)",
    "x.status = \"Other\"; x",
    "x.status = \"Other\"; x.status",
    "x.fresh = 1; x.fresh + x.number",
    "x.customer.name = \"Blue\"; x.customer",
    "x.number += 1; x.number",
    "x += #{ more: 1 }; x.len()",
    "x.remove(\"number\"); x.keys()",
    "x.keys()",
    "x.values().len()",
    "\"number\" in x",
    "\"sale\" in x.lines[0]",
    "x.contains(\"status\")",
    "x.get(\"status\")",
    "`${x.number} ${x.customer}`",
    "type_of(x.customer)",
    "type_of(x)",
    "switch x.status { \"New\" => x.number, _ => x.customer }",
    "switch x { () => 1, _ => x.customer }",
    "if x.open { x.customer } else { x.lines }",
    "while x.number > 3 { x.number -= 1; } x.number",
    "do { x.number -= 1; } while x.number > 3; x",
    "try { throw x.customer; } catch (why) { why }",
    "{ let x = x.customer; x.name }",
    "let y = if x.open { x.customer } else { x }; y",
    "[x.number, x.customer][1].name",
    "#{ a: x.lines }.a[0].tags",
    "return x.customer;",
    "x.customer.name.to_upper() + x.status",
    "x.status.len + x.lines[0].tags.len",
    "let part = x.lines; part[0].price = 3; part",
    "x.lines.push(#{ price: 1 }); x.lines",
    "x.lines.pop()",
    "for x in 0..2 { x.number; } x.number",
    "for n in 0..x.lines.len { if n == 1 { return x.lines[n].sale; } }",
    "x.customer?.name?.len",
    "x.nothing?.name",
    "(x.customer).name",
    "(x.lines).len",
    "-x.number",
    "x.open && x.customer == ()",
    "x.customer.name in \"Green Door and others\"",
    "x.lines == [] || x.open",
    "is_def_var(\"x\") && x.open",
    "let g = |a| a; g.call(x.lines)",
];

fn orders() -> Vec<Value> {
    let line = |at: i64| {
        let sale = if at == 1 { serde_json::json!(4.5) } else { serde_json::Value::Null };
        serde_json::json!({ "price": at * 3, "sale": sale, "tags": [{ "word": "a", "more": at }], "note": "n" })
    };
    let inner = serde_json::json!({ "number": 2, "inner": { "number": 1, "inner": null } });
    let whole = serde_json::json!({
        "number": 5, "status": "New", "open": true, "at": 1, "customer": { "name": "Green Door", "phone": "5" },
        "twin": { "name": "Green Door" }, "nothing": null, "inner": inner, "lines": [line(1), line(2), line(3)],
    });
    let bare =
        serde_json::json!({ "number": 9, "status": null, "open": false, "at": 0, "customer": null, "lines": [] });
    let odd =
        serde_json::json!({ "number": 3, "status": ["New"], "customer": ["x"], "lines": { "len": 4, "price": 2 } });
    let lists = serde_json::json!([{ "price": 1 }, { "number": 2 }]);
    let orders = [whole, bare, odd, lists, serde_json::json!("text"), serde_json::Value::Null];
    orders.iter().map(json::from_json).collect()
}

/// What the function comes to, its faults by their words.
fn answer(set: &ScriptSet, order: &Value) -> Result<Value, String> {
    set.call("f", std::slice::from_ref(order)).map_err(|fault| fault.to_string())
}

fn set_of(body: &str) -> ScriptSet {
    let text = format!("/// f(x: any) -> any\nfn f(x) {{ {body} }}\n{FUNCTIONS}");
    let (set, found) = ScriptSet::compile(&[(FileId(0), "scripts/f.rhai", &text)]);
    assert!(found.is_empty(), "{body}: {:?}", found.iter().map(|one| &one.message).collect::<Vec<_>>());
    set
}

/// A function that keeps the whole of what it is given reads all of it: that answers the same.
#[test]
fn what_is_left_out_is_never_missed() {
    for body in BODIES {
        let [own, whole] = ["1", "x"].map(|kept| set_of(&format!("let kept_beside = {kept}; {body}")));
        for order in orders() {
            let [own, whole] = [&own, &whole].map(|set| answer(set, &order));
            assert_eq!(own, whole, "{body} of {order}");
        }
    }
}

/// A record with more in it than a script may hold.
fn too_much() -> Value {
    let line = |at: i64| serde_json::json!({ "price": at, "sale": 1, "note": "x".repeat(100), "tags": [], "more": at });
    let lines: Vec<_> = (0..1_900).map(line).collect();
    json::from_json(
        &serde_json::json!({ "number": 5, "status": "x".repeat(40_000), "lines": lines, "customer": { "name": "A" } }),
    )
}

#[test]
fn only_what_is_read_counts_towards_the_limits() {
    let order = too_much();
    for (body, expected) in [
        ("let number = x.number; number", 5),
        ("let there = x.customer != (); if there { 1 } else { 0 }", 1),
        ("let all = x.lines.len; all", 1_900),
        ("let sum = 0; for line in x.lines { sum += line.price; } sum", 1_899 * 950),
        ("let none = 0; for line in x.lines { if line.sale == () { none += 1; } } none", 0),
    ] {
        assert_eq!(answer(&set_of(body), &order), Ok(Value::Integer(expected)), "{body}");
    }
    let kept = answer(&set_of("x += #{ more: 1 }; x.number"), &order);
    assert!(kept.is_err_and(|fault| fault.contains("grows beyond")), "the whole of it is too much");
}

/// Functions that hand on more and more parts of what they are given end the search, not the other way round.
#[test]
fn functions_that_branch_without_end_are_read_quickly() {
    let branching = (0..60).map(|at| {
        let next = (at + 1) % 60;
        format!("/// f{at}(x: any) -> any\nfn f{at}(x) {{ [f{next}(x.a), f{next}(x.b), f{next}(x.c.d)] }}\n")
    });
    let mut text: String = branching.collect();
    text += "/// g(x: any) -> any\nfn g(x) { if x == () { 0 } else { g(x.next) + x.number } }\n";
    let (set, found) = ScriptSet::compile(&[(FileId(0), "scripts/f.rhai", &text)]);
    assert!(found.is_empty());
    let chain = serde_json::json!({ "number": 1, "next": { "number": 2, "next": { "number": 3, "next": null } } });
    assert_eq!(set.call("g", &[json::from_json(&chain)]), Ok(Value::Integer(6)));
}
