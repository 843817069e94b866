//! `petiole test --mutate`: what a test notices counts, what none does is named with what would, in every form.

use serde_json::Value as Json;

use crate::support::{Folder, petiole};

/// A small set without its test of what is cancelled.
fn folder() -> Folder {
    let folder = Folder::new();
    let done = petiole().current_dir(&folder.0).args(["new", "rules", "--left", "shop", "--right", "depot"]).output();
    assert!(done.unwrap().status.success());
    let path = folder.0.join("rules/tables/order_states.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("  - name: a cancelled order voids its parcel").unwrap();
    let behind = rest.split_once("  - name: an order that is cancelled too late").unwrap().1;
    std::fs::write(&path, format!("{before}  - name: an order that is cancelled too late{behind}")).unwrap();
    folder
}

#[test]
fn what_no_test_notices_is_named_with_what_would() {
    let folder = folder();
    let table = "rules/tables/order_states.yaml";
    let run = |more: &[&str]| {
        let done = petiole().current_dir(&folder.0).args(["test", table, "--mutate"]).args(more).output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
    };
    let (code, told) = run(&["--format", "json"]);
    let whole: Json = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}"));
    let survivors = whole["survivors"].as_array().unwrap();
    let is_voided = |one: &&Json| one["written"].as_str().unwrap().contains("Cancelled   ->  Void");
    let voided: Vec<&Json> = survivors.iter().filter(is_voided).collect();
    assert!(code == 0 && !voided.is_empty(), "{told}");
    assert!(voided.iter().all(|one| one["proposal"].as_str().unwrap().contains("- name:")), "{told}");
    // What is proposed for a row is a test that passes, and notices the change.
    let proposal = voided.iter().find(|one| one["change"] == "`Open` dropped").unwrap()["proposal"].as_str().unwrap();
    let test = proposal.split_once('\n').unwrap().1;
    let path = folder.0.join(table);
    let before = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{}\n\n{test}\n", before.trim_end())).unwrap();
    let (code, again) = run(&["--format", "json"]);
    let whole_again: Json = serde_json::from_str(&again).unwrap_or_else(|_| panic!("{test}\n{again}"));
    let left = whole_again["survivors"].as_array().unwrap();
    assert!(
        code == 0 && !left.iter().any(|one| is_voided(&one) && one["change"] == "`Open` dropped"),
        "{test}\n{again}"
    );
    std::fs::write(&path, before).unwrap();
    // What a test speaks of is noticed.
    let is_sent =
        |one: &Json| one["written"].as_str().unwrap().contains("Sent        <-  Sent") && one["change"] == "dropped";
    assert!(!survivors.iter().any(is_sent), "{told}");
    let (tried, noticed) = (whole["tried"].as_u64().unwrap(), whole["noticed"].as_u64().unwrap());
    assert_eq!(tried - noticed, survivors.len() as u64);
    assert!(noticed > 0, "{told}");
    let (code, told) = run(&["--format", "junit", "--at-least", "100"]);
    assert!(code == 4 && told.contains(&format!("failures=\"{}\"", survivors.len())), "{told}");
}
