//! `petiole test`: a corpus of rule sets with what the command prints, and the shipped rules' own tests.
//!
//! Each folder of `rule_test/` is laid over `rule_test/base/` and run; `UPDATE=1` writes what came.

use std::path::{Path, PathBuf};

use crate::support::{Folder, copy, petiole};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rule_test")
}

/// Runs a case; what it printed, with its exit code before and findings behind.
fn printed(case: &Path) -> String {
    let folder = Folder::new();
    let rules = folder.0.join("rules");
    copy(&corpus().join("base"), &rules);
    copy(case, &rules);
    let arguments = std::fs::read_to_string(case.join("arguments")).unwrap_or_default();
    let mut command = petiole();
    command.current_dir(&folder.0).arg("test").args(arguments.split_whitespace());
    let done = command.output().unwrap();
    format!(
        "exit {}\n{}{}",
        done.status.code().unwrap(),
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    )
}

#[test]
fn every_case_prints_what_is_expected() {
    let mut wrong = Vec::new();
    let mut cases: Vec<PathBuf> = std::fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases.iter().filter(|case| !case.ends_with("base")) {
        let printed = printed(case);
        let expected = case.join("expected.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &printed).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != printed {
            wrong.push(format!("--- {}\n{printed}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nUPDATE=1 cargo test rule_test writes these down", wrong.join("\n"));
}

#[test]
fn the_shipped_rules_pass_their_own_tests() {
    let done = petiole().args(["test", "--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(done.status.success(), "{report:#}");
    assert!(report["passed"].as_u64().unwrap() > 20);
    assert_eq!(report["coverage"]["never"], serde_json::json!([]), "{report:#}");
}

#[test]
fn a_path_inside_the_rules_runs_only_its_tests() {
    let ask = |paths: &[&str]| {
        let done = petiole().args(["test", "--format", "json"]).args(paths).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        let files = report["tests"].as_array().unwrap().iter().map(|test| test["file"].as_str().unwrap().to_owned());
        let mut files: Vec<String> = files.collect();
        files.dedup();
        files
    };
    assert!(ask(&["rules/tables"]).iter().all(|file| file.starts_with("rules/tables/")));
    assert_eq!(ask(&["rules/tables/order_status.yaml"]), ["rules/tables/order_status.yaml"]);
    assert_eq!(
        ask(&["rules/pipelines/customers.yaml", "rules/pipelines/products.yaml"]),
        ["rules/pipelines/customers.yaml", "rules/pipelines/products.yaml"]
    );
}

#[test]
fn a_test_that_takes_longer_than_it_may_fails_and_says_how_it_gets_longer() {
    let folder = Folder::new();
    let rules = folder.0.join("rules");
    copy(&corpus().join("base"), &rules);
    let orders: String = (1..=100).map(|number| format!("        - {{ number: {number}, state: Paid }}\n")).collect();
    let test = format!(
        "tests:\n  - name: slow\n    given:\n      shop.order:\n{orders}    then:\n      depot.parcel: {{ order_ref: 1 }}\n"
    );
    std::fs::write(rules.join("tests.yaml"), test).unwrap();
    let ask = |timeout: &str| {
        let done = petiole().current_dir(&folder.0).args(["test", "--timeout", timeout]).output().unwrap();
        (done.status.code().unwrap(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    // Nothing that brings a hundred orders through a store and two systems is over after a thousandth of a second.
    let (code, told) = ask("1ms");
    assert_eq!(code, 4, "{told}");
    assert!(told.contains("slow: it did not come to an end within 1ms; `--timeout` gives it longer"), "{told}");
    let (code, told) = ask("5m");
    assert_eq!(code, 0, "{told}");
}

#[test]
fn a_term_is_due_after_the_days_that_its_name_says_however_it_says_them() {
    for name in ["60 days", "Net60", "Due in 60 days"] {
        let folder = Folder::new();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &folder.0);
        let path = folder.0.join("tables/payment_terms.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("due_num_days: 60"), "no test says how many days");
        std::fs::write(&path, text.replace("Net 60", name)).unwrap();
        let done =
            petiole().args(["test", "--filter", "a term that is set", "--rules"]).arg(&folder.0).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&done.stdout));
    }
}

/// What one test of the rules in `rule_test/held/` holds, of all that there is.
fn held(test: &str) -> Vec<String> {
    let folder = Folder::new();
    let rules = folder.0.join("rules");
    copy(&corpus().join("base"), &rules);
    copy(&corpus().join("held"), &rules);
    let never = |test: &str| -> Vec<String> {
        let test = test.replace('\n', "\n    ");
        std::fs::write(rules.join("tests.yaml"), format!("tests:\n  - name: t\n    {test}\n")).unwrap();
        let done = petiole().current_dir(&folder.0).args(["test", "--format", "json"]).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(report["failed"], 0, "{report:#}");
        let all = report["coverage"]["never"].as_array().unwrap().iter();
        all.map(|one| one["text"].as_str().unwrap().to_owned()).collect()
    };
    let all = never("given: { shop.order: { number: 5, state: Paid } }\nthen: { shop.order: { number: 5 } }");
    assert_eq!(all.len(), 33, "{all:#?}");
    let never = never(test);
    all.into_iter().filter(|one| !never.contains(one)).collect()
}

#[test]
fn a_rule_counts_only_where_a_test_looks_at_what_it_wrote() {
    let made =
        "given: { shop.order: [{ number: 5, state: Paid, gift: true }, { number: 4, state: New, buyer: Bob }] }\n";
    let receiver = held(&format!("{made}then: {{ depot.parcel: {{ receiver: Bob }} }}"));
    assert_eq!(
        receiver,
        [
            "`.number == shop.number - 1` is not true",
            "`.number == shop.number - 1` is true",
            "first: shop.order where .number == shop.number - 1, at most one",
            "`shop.state in settings.bring` is true",
            "depot: shop.state in settings.bring",
            "`first.buyer ??` stands by itself",
            "`settings.remarks == \"keep\"` is true",
            "if settings.remarks == \"keep\" then first.buyer ?? \"nobody\" else \"somebody\" -> depot.receiver on create",
        ]
    );
    let value = held(&format!("{made}then: {{ depot.parcel: {{ value: 0 }} }}"));
    assert_eq!(
        value,
        [
            "`shop.state in settings.bring` is true",
            "depot: shop.state in settings.bring",
            "`not (shop.state == \"Cancelled\")` is true",
            "worth(shop) -> depot.value when not (shop.state == \"Cancelled\")",
            "`order == ()` is not true",
            "`order.gift` is true",
        ]
    );
}

#[test]
fn what_is_kept_from_being_written_counts_where_no_write_is_left_out() {
    let refused = "given: { shop.order: { number: 5, state: New } }\n";
    assert_eq!(
        held(&format!("{refused}nothing: true")),
        ["`shop.state in settings.bring` is not true", "depot: shop.state in settings.bring"]
    );
    assert!(held(&format!("{refused}then: {{ shop.order: {{ state: New }} }}")).is_empty());
    let cancelled = "given: { shop.order: { number: 5, state: New, total: 5 }, linked: true }\n\
                     when: { shop.order: { state: Cancelled, total: 6 } }\nthen: { depot.parcel: { stage: Void } }";
    let moved = ["shop.state -> depot.stage via table stages", "Cancelled -> Void from Open, Packed"];
    assert_eq!(held(cancelled), moved);
    let counted = held(&format!("{cancelled}\ncalls: 1"));
    assert!(counted.contains(&"`not (shop.state == \"Cancelled\")` is not true".to_owned()), "{counted:#?}");
    assert_eq!(counted.len(), 3, "{counted:#?}");
}

#[test]
fn a_row_that_goes_both_ways_counts_each_way_by_itself() {
    let given = "given: { shop.order: { number: 5, state: New, buyer: Ann }, depot.parcel: { receiver: Bob, remark: Soon }, \
                 linked: true }\nwhen: { depot.parcel: { remark: Late } }\n";
    let rule = "shop.note <-> depot.remark via table words";
    let back = held(&format!("{given}then: {{ shop.order: {{ note: late }} }}"));
    assert_eq!(back, [rule, "late <-> Late   towards shop.order.note"]);
    // What is looked at is where the change came from.
    assert!(held(&format!("{given}then: {{ depot.parcel: {{ remark: Late }} }}")).is_empty());
    let told = held(&format!("{given}told: buyers do not agree"));
    assert_eq!(told, ["`shop.buyer == depot.receiver` is not true", "buyers: shop.buyer == depot.receiver"]);
}
