//! `petiole eval`: one expression by itself, judged and worked out as in a rule.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::Folder;
use petiole::cli::eval_prompt::completions;
use petiole::language::evaluation::Known;
use petiole::value::Value;
use petiole::value::json::from_json;
use serde_json::json;

/// Runs it; what it is told on standard input, and its exit code, output and errors.
fn eval(arguments: &[&str], stdin: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_petiole"));
    command.arg("eval").args(arguments).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // One that does not ask may be gone by then.
    let _ = process.stdin.take().unwrap().write_all(stdin.as_bytes());
    let done = process.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

fn rules() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").display().to_string()
}

const ORDER: &str = r#"{ "order": { "status": "Accepted", "total": 100.10, "note": null,
    "lines": [{ "sku": "A", "quantity": 2 }, { "sku": "B", "quantity": 3 }] } }"#;

#[test]
fn a_value_is_json_on_standard_output_and_nothing_else() {
    for (expression, value) in [
        ("1 + 2", "3"),
        ("order.total * 1.06", "106.1060"),
        ("order.note ?? \"none\"", "\"none\""),
        ("order.note", "null"),
        ("order.status == \"Accepted\"", "true"),
        ("order.lines[].sku", "[\n  \"A\",\n  \"B\"\n]"),
        ("upper(order.status)", "\"ACCEPTED\""),
        // No option, though it begins like one.
        ("-order.total", "-100.10"),
    ] {
        let (code, out, err) = eval(&[expression, "--input", "-"], ORDER);
        assert_eq!((code, out.trim_end(), err.as_str()), (0, value, ""), "{expression}");
    }
}

#[test]
fn a_rule_sets_settings_tables_and_scripts_are_known() {
    let rules = rules();
    let (code, out, err) = eval(&["settings.mode", "--rules", &rules], "");
    assert_eq!((code, out.trim_end()), (0, "\"live\""), "{err}");
    // A number of the settings is one here, too.
    let (code, out, err) = eval(&["settings.stock.safety + 1", "--rules", &rules], "");
    assert_eq!((code, out.trim_end()), (0, "1"), "{err}");
    let (code, out, err) = eval(&["mapped(\"payment_terms\", \"Net 30\")", "--rules", &rules], "");
    assert_eq!((code, out.trim_end()), (0, "\"Net 30\""), "{err}");
    // What only leads to settings says which there are.
    for (expression, named) in [("settings", "`stock`"), ("settings.stock", "`safety`")] {
        let (code, out, err) = eval(&[expression, "--rules", &rules], "");
        assert!(code == 1 && out.is_empty() && err.contains(&format!("`{expression}` is no single")), "{err}");
        assert!(err.contains(named), "{err}");
    }
    let (code, out, err) = eval(&["settings.moed", "--rules", &rules], "");
    assert!(code == 1 && out.is_empty() && err.contains("mode"), "{code} {out}{err}");
    // A rule set that cannot be read takes nothing from what needs none.
    let folder = Folder::new();
    std::fs::write(folder.0.join("broken.yaml"), "pipelines: [").unwrap();
    let broken = folder.0.display().to_string();
    let (code, out, err) = eval(&["1 + 2", "--rules", &broken], "");
    assert!(code == 0 && out.trim_end() == "3" && err.contains("petiole lint"), "{code} {out}{err}");
}

#[test]
fn what_is_wrong_is_shown_where_it_stands() {
    for (expression, told) in [
        ("order.status ==", "error["),
        ("ordr.status", "order"),
        ("uper(order.status)", "upper"),
        ("order.lines + 1", "error["),
        ("order.note + 1", "error["),
        ("linked(\"orders\", order.status)", "linked"),
        ("", "error["),
    ] {
        let (code, out, err) = eval(&[expression, "--input", "-"], ORDER);
        assert!(code == 1 && out.is_empty() && err.contains(told), "{expression}: {code} {out}{err}");
        assert!(err.contains("expression:1") || expression.is_empty(), "{expression}: {err}");
    }
}

#[test]
fn an_input_that_cannot_be_read_says_why() {
    for (input, told) in [("[1]", "object"), ("{", "line 1"), ("", "EOF")] {
        let (code, out, err) = eval(&["1", "--input", "-"], input);
        assert!(code == 1 && out.is_empty() && err.contains(told), "{input:?}: {code} {out}{err}");
    }
    let (code, _, err) = eval(&["1", "--input", "/nowhere/at/all.json"], "");
    assert!(code == 1 && err.contains("/nowhere/at/all.json"), "{err}");
    assert_eq!(eval(&["--input", "-"], "{}").0, 2, "the one stream cannot be both");
}

#[test]
fn without_an_expression_each_line_is_one() {
    let (code, out, err) = eval(&[], "1 + 1\n\n\"a\" + \"b\"\nnothing_known\n2 * 3\n");
    assert_eq!((code, out.as_str()), (1, "2\n\"ab\"\n6\n"), "{err}");
    assert!(err.contains("nothing_known"), "{err}");
    assert_eq!(eval(&[], "1\n"), (0, "1\n".to_owned(), String::new()));
}

#[test]
fn names_fields_and_functions_complete() {
    let Value::Record(input) = from_json(&json!({ "order": { "status": "x", "státe": 1, "total": 2 } })) else {
        panic!("an object is a record")
    };
    let known = Known::new(input, None, Value::Null);
    let of = |line: &str| completions(&known, line);
    assert_eq!(of("1 + ord"), (4, vec!["order".to_owned()]));
    assert_eq!(of("order.sta"), (6, vec!["status".to_owned()]));
    assert_eq!(of("upper(order.stá"), (12, vec!["státe".to_owned()]));
    assert_eq!(of("uppe"), (0, vec!["upper(".to_owned()]));
    assert_eq!(of("nobody.x").1, Vec::<String>::new());
    assert!(of("").1.len() > 10);
}
