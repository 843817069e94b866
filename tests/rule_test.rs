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
    assert_eq!(report["coverage"]["rows"]["exercised"], report["coverage"]["rows"]["total"], "{report:#}");
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
    let test = "tests:\n  - name: slow\n    given:\n      shop.order: { number: 1, state: Paid }\n    then:\n      depot.parcel: { order_ref: 1 }\n";
    std::fs::write(rules.join("tests.yaml"), test).unwrap();
    let ask = |timeout: &str| {
        let done = petiole().current_dir(&folder.0).args(["test", "--timeout", timeout]).output().unwrap();
        (done.status.code().unwrap(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    // Nothing that goes through a store and two systems is over after a thousandth of a second.
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
