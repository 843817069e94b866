//! Scripts behind bars: what they may not do is found when they are compiled, or ends the call quickly.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use petiole::diagnostic::FileId;
use petiole::language::script::ScriptSet;
use petiole::value::{Value, json};

use crate::support::{Folder, copy, patience};

fn compile(text: &str) -> (ScriptSet, Vec<String>) {
    let (set, found) = ScriptSet::compile(&[(FileId(0), "scripts/f.rhai", text)]);
    (set, found.iter().map(|one| format!("{}: {}", one.code.0, one.message)).collect())
}

/// What a function of one parameter answers, or why it does not.
fn call(body: &str, argument: &Value) -> Result<Value, String> {
    let (set, found) = compile(&format!("/// f(x: any) -> any\nfn f(x) {{ {body} }}"));
    assert!(found.is_empty(), "{found:?}");
    let begin = Instant::now();
    let answer = set.call("f", std::slice::from_ref(argument));
    assert!(begin.elapsed() < patience(), "{body} took {:?}", begin.elapsed());
    answer.map_err(|fault| fault.to_string())
}

#[track_caller]
fn is_stopped(body: &str) {
    let answer = call(body, &Value::Null);
    assert!(answer.is_err(), "{body} went through: {:?}", answer.map(|value| value.kind_name()));
}

#[test]
fn loops_recursion_and_growth_are_stopped() {
    for body in [
        "loop {}",
        "let n = 0; while true { n += 1; } n",
        "f(x)",
        "let s = \"x\"; loop { s += s; }",
        "let a = [1]; loop { a += a; }",
        "let a = []; loop { a.push(\"0123456789\"); }",
        "let m = #{}; let n = 0; loop { m[\"k\" + n] = n; n += 1; }",
        "let s = \"x\"; s.pad(1000000000, \"y\"); s",
        "let a = []; a.pad(1000000000, 1); a",
        "let big = \"x\"; for i in 0..13 { big += big; } let m = #{}; for i in 0..100000 { m[\"k\" + i] = big + i; } m",
        "let a = []; for i in 0..1999 { a.push(i); } for i in 0..1000000 { a.index_of(-1); } a",
        "#{a: f(x)}",
        "[1].map(|v| f(v))",
        "let a = []; a.pad(2000, 0); for i in 0..30 { a[i] = a; } 1",
        "let s = \"a\"; for i in 0..14 { s += s; } s.replace(\"a\", s); 1",
        "let s = \"a\"; for i in 0..14 { s += s; } s.replace('a', s); 1",
        "let s = \"a\"; for i in 0..14 { s += s; } loop { let t = s; t.replace(\"aa\", \"b\"); }",
        "let a = []; a.pad(2000, 0); loop { let b = a; b.reverse(); b.dedup(); }",
        "1 / 0",
        "1.5 / 0",
        "let a = 1; a /= 0; a",
        "let s = \"\"; loop { s = `${s}${s}x`; }",
        "let a = []; loop { a = [a]; }",
        "let m = #{}; loop { m = #{a: m, b: m}; }",
        "let s = \"x\"; s.pad(16000, \"y\"); s.split(\"\")",
        "let s = \"x\"; s.pad(16000, \"y\"); for i in 0..100000 { s.index_of(\"yyyyyyyyyyyyyyyyz\"); } s",
        "let a = []; a.pad(1999, 0); for i in 0..100000 { a.sort(|p, q| q - p); } a",
        "for i in range(0, 9223372036854775807, 1) { x }",
        "let g = Fn(\"f\"); g.call(x)",
        "tan(1.5707963267948966192313216916)",
        "Fn(\"tan\").call(1.5707963267948966192313216916)",
        "exp(100000.0)",
        "2.5 ** 1000000",
        "let a = []; for i in 0..1500 { a = [a]; } a",
        "9223372036854775807 + 1",
        "let m = #{}; m.missing.deeper",
        "throw \"enough\"",
    ] {
        is_stopped(body);
    }
}

#[test]
fn nothing_of_the_outside_is_there() {
    for body in [
        "blob(1000000000)",
        "parse_json(\"[]\")",
        "sleep(10)",
        "timestamp()",
        "print(\"x\")",
        "debug(1)",
        "eval(\"1\")",
        "import \"x\" as y",
        "open(\"/etc/passwd\")",
    ] {
        let (set, found) = compile(&format!("/// f(x: any) -> any\nfn f(x) {{ {body}; }}"));
        let refused = !found.is_empty() || set.call("f", &[Value::Null]).is_err();
        assert!(refused, "{body} is possible");
    }
}

#[test]
fn a_fault_says_where() {
    let (set, _) = compile("/// f(x: any) -> any\nfn f(x) {\n    let y = 1;\n    y.nothing_like_this()\n}");
    let fault = set.call("f", &[Value::Null]).unwrap_err().to_string();
    assert_eq!(fault, "scripts/f.rhai:4:7: there is no function `nothing_like_this (i64)`");
}

#[test]
fn money_goes_in_and_out_exactly() {
    let price = json::from_json(&serde_json::from_str("{\"price\": 0.1, \"count\": 3}").unwrap());
    assert_eq!(call("x.price + x.price + x.price", &price).unwrap().to_string(), "0.3");
    assert_eq!(call("x.price * 3 == 0.3", &price).unwrap(), Value::Bool(true));
    assert_eq!(call("x.price + 0.2 == 0.30000000000000004", &price).unwrap(), Value::Bool(false));
    let long = json::from_json(&serde_json::from_str("12345678901234567.123456789").unwrap());
    assert_eq!(call("x", &long).unwrap().to_string(), "12345678901234567.123456789");
}

#[test]
fn numbers_behave_as_in_expressions() {
    for (body, value) in [
        ("5 / 2", "2.5"),
        ("let a = 5; a /= 2; a", "2.5"),
        ("[10, 20, 30][4 / 2]", "30"),
        ("1 / 8", "0.125"),
        ("7 % 4", "3"),
        ("2.5.round()", "3"),
        ("2.345.round(2)", "2.35"),
        ("(0.0 - 2.5).round()", "-3"),
        ("0.1 + 0.2 == 0.3", "true"),
        ("[1, 2, 3].map(|n| n / 2).reduce(|sum, n| sum + n, 0)", "3.0"),
    ] {
        assert_eq!(call(body, &Value::Null).unwrap().to_string(), value, "{body}");
    }
}

/// Places that keep a text are not all counted, so operations are what bounds them. The rules run in a
/// process of their own, whose memory no other test changes.
#[test]
fn a_hostile_rule_set_holds_little_memory_and_names_its_line() {
    const MEMORY_MAX: u64 = 256 * 1024;
    for body in [
        "let s = \"a\"; for i in 0..14 { s += s; } s.replace(\"a\", s); s",
        "let b = \"x\"; for i in 0..13 { b += b; } let m = #{}; for i in 0..100000 { m[\"k\" + i] = b + i; } 1",
        "let b = \"x\"; for i in 0..13 { b += b; } let a = []; a.pad(2000, 0); let c = []; c.pad(500, 0); \
         for j in 0..500 { for i in 0..2000 { a[i] = b + i; } c[j] = a; } 1",
        "let b = \"x\"; for i in 0..14 { b += b; } let m = #{}; for i in 0..100000 { m[\"k\" + i] = b + i; } 1",
        "let m = #{}; for i in 0..5000 { m[\"k\" + i] = i; } let c = []; c.pad(2000, 0); for j in 0..2000 { c[j] = m; } 1",
        "let b = []; b.pad(1900, 0); let c = []; c.pad(2000, 0); for j in 0..2000 { c[j] = b; } 1",
        "1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + (1 + hostile(text))))))))))",
        "loop {}",
    ] {
        let folder = rules_with(&format!("/// hostile(text: text) -> text\nfn hostile(text) {{\n    {body}\n}}\n"));
        let mut command = crate::support::petiole();
        command.arg("test").arg("--rules").arg(&folder.0);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            peak = peak.max(resident_high(child.id()));
            std::thread::yield_now();
        }
        let done = child.wait_with_output().unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert_eq!(done.status.code(), Some(4), "{body}: {told}");
        assert!(told.contains("scripts/hostile.rhai:"), "{body}: {told}");
        println!("{peak} KiB: {body}");
        assert!(peak < MEMORY_MAX, "{body} took {peak} KiB");
    }
}

/// A small rule set with a test, whose remark comes from the function `hostile` of a script.
fn rules_with(script: &str) -> Folder {
    let folder = Folder::new();
    copy(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rule_test/base"), &folder.0);
    std::fs::create_dir_all(folder.0.join("scripts")).unwrap();
    std::fs::write(folder.0.join("scripts/hostile.rhai"), script).unwrap();
    let tests = "tests:\n  - name: it serves\n    given:\n      shop.order: { number: 5, state: Paid }\n    calls: 1\n";
    std::fs::write(folder.0.join("tests.yaml"), tests).unwrap();
    let pipeline = folder.0.join("pipelines/parcels.yaml");
    let text = std::fs::read_to_string(&pipeline).unwrap();
    let called = text.replace("shop.note else null ->", "hostile(shop.note) else null ->");
    assert_ne!(called, text);
    std::fs::write(&pipeline, called).unwrap();
    folder
}

/// The deepest expressions that compile, in each of the deepest calls: a fault, never the end of the process.
#[test]
fn deep_expressions_in_deep_calls_fit_the_stack() {
    let stopped = |body: &str| {
        let (set, found) = compile(&format!("/// f(x: any) -> any\nfn f(x) {{ {body} }}"));
        assert!(!found.is_empty() || set.call("f", &[Value::Null]).is_err(), "{body:.60}");
    };
    for (open, close) in [
        ("1+(", ")"),
        ("switch 1 { 1 => ", "}"),
        ("if true {", "}"),
        ("if ", " {1} else {2} "),
        ("[", "]"),
        ("-(", ")"),
        ("#{a: ", "}"),
        ("[1].map(|v| ", ")"),
    ] {
        for depth in [5, 10, 12, 20, 25, 30, 60] {
            stopped(&format!("{}f(x){}", open.repeat(depth), close.repeat(depth)));
        }
    }
    for open in ["(", "[", "#{a:", "if x {", "-", "!", "x."] {
        stopped(&open.repeat(20_000));
    }
    stopped(&format!("\"{}\"", "x".repeat(1_000_000)));
}

#[test]
fn large_records_may_be_given_whole() {
    let text = format!("{{\"notes\": \"{}\", \"price\": 10}}", "x".repeat(100_000));
    let record = json::from_json(&serde_json::from_str(&text).unwrap());
    assert_eq!(call("x.price + 1", &record), Ok(Value::Integer(11)));
}

#[test]
fn an_argument_of_another_kind_is_a_fault() {
    let given = |kind: &str, value: Value| {
        let (set, found) = compile(&format!("/// f(x: {kind}) -> any\nfn f(x) {{ x }}"));
        assert!(found.is_empty(), "{found:?}");
        set.call("f", &[value])
    };
    let fault = given("record", Value::text("a")).unwrap_err().to_string();
    assert_eq!(fault, "scripts/f.rhai:1: it declares `x` as record and was given text");
    assert!(given("text", Value::Integer(1)).is_err());
    assert!(given("integer", json::from_json(&serde_json::json!(1.5))).is_err());
    assert!(given("date", Value::text("soon")).is_err());
    for kind in ["record", "text", "integer", "decimal", "bool", "list", "date", "timestamp"] {
        assert_eq!(given(kind, Value::Null), Ok(Value::Null), "nothing is of every kind");
    }
    assert_eq!(given("decimal", Value::Integer(1)), Ok(Value::Integer(1)));
    assert_eq!(given("date", Value::text("2026-01-06")), Ok(Value::text("2026-01-06")));
    let (set, _) = compile("/// f(x: any) -> any\nfn f(x) { x }");
    assert!(set.call("f", &[]).unwrap_err().to_string().contains("takes 1 values and was given 0"));
}

/// The most memory that a process has held, in KiB; 0 where the system does not tell.
fn resident_high(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

#[test]
fn limits_are_told_in_plain_words() {
    for (body, told) in [
        ("for i in range(0, 1000000, 1) { x }", "scripts/f.rhai:1: the script does more than 30000 operations"),
        ("f(x)", "scripts/f.rhai:1: the script's functions call each other deeper than 32 levels"),
        ("x.price", "scripts/f.rhai:2:13: there is no field `price`; write `.get(\"price\")` where it may be missing"),
        ("1 / 0", "scripts/f.rhai:2:13: division by zero"),
        ("throw \"no price\"", "scripts/f.rhai:2:11: no price"),
    ] {
        assert_eq!(call(body, &json::from_json(&serde_json::json!({}))).unwrap_err(), told, "{body}");
    }
}

#[test]
fn dates_come_out_as_they_are_declared() {
    let (set, found) = compile("/// f(x: any) -> date\nfn f(x) { x }\n/// g(x: any) -> timestamp\nfn g(x) { x }");
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(set.call("f", &[Value::text("2026-01-06")]).unwrap().kind_name(), "date");
    assert_eq!(set.call("g", &[Value::text("2026-01-06T10:00:00Z")]).unwrap().kind_name(), "timestamp");
    assert!(set.call("f", &[Value::text("soon")]).unwrap_err().to_string().contains("declares date and answered text"));
}

#[test]
fn every_kind_of_value_passes_through() {
    let text = r#"{"a": null, "b": true, "c": 7, "d": "ä", "e": [1, [2]], "f": {"g": "h"}}"#;
    let value = json::from_json(&serde_json::from_str(text).unwrap());
    assert_eq!(call("x", &value).unwrap(), value);
}

#[test]
fn declarations_are_checked() {
    let wrong = [
        ("fn f(x) { x }", "script-signature"),
        ("/// f(x: any)\nfn f(x) { x }", "script-signature"),
        ("/// f(x: money) -> any\nfn f(x) { x }", "script-signature"),
        ("/// f(x: any) -> number\nfn f(x) { x }", "script-signature"),
        ("/// f(x: any, y: any) -> any\nfn f(x) { x }", "script-signature"),
        ("/// f(y: any) -> any\nfn f(x) { x }", "script-signature"),
        ("/// f(x) -> any\nfn f(x) { x }", "script-signature"),
        ("/// f(x: any) -> any\nfn f(x) { x }\nfn f(x, y) { x }", "script-signature"),
        ("/// f(x: any) -> any\nfn f(x) { x }\nfn f(x) { x }", "script-syntax"),
        ("/// linked(x: text) -> text\nfn linked(x) { x }", "duplicate-name"),
        ("/// lower(x: text) -> text\nfn lower(x) { x }", "duplicate-name"),
        ("/// f(x: any) -> any\nfn f(x) { x", "script-syntax"),
    ];
    for (text, code) in wrong {
        let (_, found) = compile(text);
        assert!(found.iter().any(|one| one.starts_with(code)), "{text}: {found:?}");
    }
    let one = "/// f(x: any) -> any\nfn f(x) { x }";
    let (_, found) = ScriptSet::compile(&[(FileId(0), "a.rhai", one), (FileId(1), "b.rhai", one)]);
    assert!(found.iter().any(|one| one.code.0 == "duplicate-name"), "{found:?}");
}

#[test]
fn an_answer_of_another_kind_is_a_fault() {
    let (set, found) = compile("/// f(x: any) -> decimal\nfn f(x) { \"seven\" }");
    assert!(found.is_empty());
    let fault = set.call("f", &[Value::Null]).unwrap_err().to_string();
    assert!(fault.contains("declares decimal and answered text"), "{fault}");
    let (set, _) = compile("/// f(x: any) -> decimal\nfn f(x) { () }");
    assert_eq!(set.call("f", &[Value::Null]), Ok(Value::Null), "nothing is always an answer");
}

#[test]
fn calls_side_by_side_do_not_share_their_time() {
    let set = Arc::new(compile("/// f(x: any) -> any\nfn f(x) { let n = 0; for i in 0..300 { n += i; } n }").0);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let set = Arc::clone(&set);
            std::thread::spawn(move || (0..50).all(|_| set.call("f", &[Value::Null]).is_ok()))
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
}

/// What lint says of a rule set with this script, and how long it took.
fn lint(script: &str) -> (String, Duration) {
    let folder = Folder::new();
    copy(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/base"), &folder.0);
    std::fs::create_dir_all(folder.0.join("scripts")).unwrap();
    std::fs::write(folder.0.join("scripts/bad.rhai"), script).unwrap();
    let begin = Instant::now();
    let done = crate::support::petiole().arg("lint").arg(&folder.0).output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(1), "{told}");
    (told, begin.elapsed())
}

#[test]
fn lint_names_file_and_line_of_a_bad_script() {
    let deep = format!("let a = {}1{};", "(".repeat(5_000), ")".repeat(5_000));
    for line in [
        "import \"os\" as os;",
        "eval(\"1\");",
        "sleep(10);",
        "timestamp();",
        "x.timestamp ();",
        "print(\"x\");",
        "debug(x);",
        "let a = ;",
        "let s = \"not closed;",
        deep.as_str(),
    ] {
        let (told, took) = lint(&format!("/// f(x: any) -> any\nfn f(x) {{\n    {line}\n}}\n"));
        assert!(told.contains("error[script-syntax]"), "{line:.60}: {told:.600}");
        assert!(told.contains("scripts/bad.rhai:3:"), "{line:.60}: {told:.600}");
        assert!(took < patience(), "{line:.60} took {took:?}");
    }
    // Words are refused where they are called, not where they are names or text.
    let (_, found) =
        compile("/// f(x: any) -> any\nfn f(x) { /* sleep(1) */ x.timestamp + \" sleep(1)\" } // sleep(1)");
    assert!(found.is_empty(), "{found:?}");
    let (told, _) = lint("/// f(x: money) -> any\nfn f(x) { x }\n");
    assert!(told.contains("scripts/bad.rhai:1:"), "{told}");
    assert!(told.contains("`money` is no kind of value"), "{told}");
}

#[test]
fn a_call_that_leads_nowhere_is_found_when_the_script_is_read() {
    let found = |body: &str| compile(&format!("/// f(x: any) -> any\nfn f(x) {{ {body} }}")).1;
    for (body, said) in [
        ("lenght(x)", "there is no function `lenght`"),
        ("x.to_uper()", "there is no function `to_uper`"),
        ("if x == 1 { gone(x); } x", "there is no function `gone`"),
        ("[1].map(|v| gone(v))", "there is no function `gone`"),
        ("x.truncate()", "`truncate` takes 1 value in its brackets, not 0"),
        ("f(x, 1)", "`f` takes 1 value, not 2"),
        ("lower(x)", "there is no function `lower`"),
        ("blob(10)", "there is no function `blob`"),
    ] {
        assert_eq!(found(body), [format!("unknown-function: {said}")], "{body}");
    }
    for body in [
        "let g = |v| v + 1; g.call(1)",
        "let g = Fn(\"f\"); let h = g.curry(1); h.call()",
        "type_of(x) + x.type_of()",
        "if is_def_var(\"x\") { -x } else { !x }",
        "let a = [3, 1]; a.sort(|p, q| p - q); a.filter(|v| v > 1).len()",
        "x.to_upper() + x.len + \" lenght(x)\" // lenght(x)\n",
    ] {
        assert!(found(body).is_empty(), "{body}: {:?}", found(body));
    }
}

/// A big order: what a function is given is as large as what a marketplace takes.
#[test]
fn an_order_with_hundreds_of_lines_goes_through_a_function() {
    let line = |at: i64| {
        let fields = ["id", "product", "quantity", "unit_multiplier", "ordered_unit_price", "sale_price", "batch"];
        let mut line: petiole::value::Record =
            fields.iter().map(|name| ((*name).to_owned(), Value::Integer(at))).collect();
        line.insert("notes".to_owned(), Value::text("leave at the door, please"));
        Value::Record(line)
    };
    let order = Value::Record([("lines".to_owned(), Value::List((0..800).map(line).collect()))].into_iter().collect());
    let sum = "let sum = 0; for line in x.lines { sum += line.sale_price * line.quantity; } sum";
    assert_eq!(call(sum, &order), Ok(Value::Integer((0..800).map(|at| at * at).sum())));
}
