//! Saves that go wrong while orders flow: each is told with its file, the last good rules go on serving, and when the
//! file is whole again the next save is taken. No order is lost and none is made twice.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use petiole::language::source::loader::FILE_BYTES_MAX;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, until};

/// What stands at a file's path in place of its text, and the code of the finding that tells of it.
const BAD: [(&str, &str, fn(&Path, &str)); 7] = [
    ("half of it", "", |path, good| fs::write(path, &good.as_bytes()[..good.len() / 2]).unwrap()),
    ("nothing", "", |path, _| fs::write(path, "").unwrap()),
    ("no text", "not-utf-8", |path, good| fs::write(path, [good.as_bytes(), b"# \xff\xfe\n"].concat()).unwrap()),
    ("far too much", "file-too-large", |path, good| {
        let remarks = "# and so on\n".repeat(usize::try_from(FILE_BYTES_MAX).unwrap() / 12 + 1);
        fs::write(path, format!("{good}{remarks}")).unwrap();
    }),
    ("a folder", "", |path, _| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    }),
    ("a link to nowhere", "unreadable-file", |path, _| {
        fs::remove_file(path).unwrap();
        symlink("nowhere.yaml", path).unwrap();
    }),
    ("a pipe that nobody writes to", "unreadable-file", |path, _| {
        fs::remove_file(path).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }),
];

fn status(service: &Process) -> Json {
    get(&format!("{}/api/v1/status", service.url))
}

fn submit(trade: &Trade) -> String {
    let made = trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    made["orders"][0]["number"].as_str().unwrap().to_owned()
}

/// Puts the good file back as editors do: beside it, then in its place.
fn mend(path: &Path, good: &str, remark: usize) {
    if path.symlink_metadata().is_ok_and(|there| there.is_dir()) {
        fs::remove_dir(path).unwrap();
    }
    let beside = path.with_extension("new");
    fs::write(&beside, format!("# good again, {remark}\n{good}")).unwrap();
    fs::rename(&beside, path).unwrap();
}

#[test]
fn whatever_is_saved_in_place_of_a_file_while_orders_flow_the_last_good_rules_serve_and_nothing_is_lost() {
    let trade = Trade::start();
    let service = trade.run("200ms");
    until("the service is at rest", || at_rest(&service.url));
    let path = trade.rules.join("pipelines/orders.yaml");
    let good = fs::read_to_string(&path).unwrap();
    let mut submitted = BTreeSet::new();
    for (round, (what, code, save)) in BAD.into_iter().enumerate() {
        let before = status(&service);
        submitted.insert(submit(&trade));
        save(&path, &good);
        until(&format!("{what} is told"), || status(&service)["last_reload"]["ok"] == false);
        let now = status(&service);
        assert_eq!(now["generation"], before["generation"], "{what} does not serve");
        let findings = now["last_reload"]["findings"].as_array().unwrap();
        assert!(!findings.is_empty(), "{what}: {now}");
        assert!(findings.iter().any(|one| code.is_empty() || one["code"] == code), "{what}: {findings:?}");
        let order = submit(&trade);
        until(&format!("an order crosses beside {what}"), || crossed(&trade).contains(&order));
        submitted.insert(order);
        mend(&path, &good, round);
        let serves =
            || status(&service)["last_reload"]["ok"] == true && status(&service)["generation"] != before["generation"];
        until(&format!("good rules serve after {what}"), serves);
    }
    until("all orders crossed", || crossed(&trade).is_superset(&submitted) && at_rest(&service.url));
    assert_eq!(trade.orders().len(), submitted.len(), "none is there twice");
}

fn crossed(trade: &Trade) -> BTreeSet<String> {
    trade.orders().iter().filter_map(|order| order["original_order_id"].as_str().map(str::to_owned)).collect()
}
