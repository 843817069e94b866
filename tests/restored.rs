//! A store that was copied takes the place of the one that it was made of: what happened since is found again, and
//! nothing is made twice.

use rusqlite::Connection;
use serde_json::json;

use crate::support::{Trade, at_rest, until};

const README: &str = include_str!("../README.md");

#[test]
fn a_copy_made_while_it_runs_goes_on_where_it_was_made() {
    // What the README has people do.
    let statement = "VACUUM INTO 'copy.db'";
    assert!(README.contains(&format!("sqlite3 petiole.db \"{statement}\"")), "the README copies it otherwise");
    let trade = Trade::start();
    let submit = |count: usize| {
        trade.people(&trade.leaflink, "submit", &json!({ "count": count }));
    };
    let service = trade.run("200ms");
    submit(2);
    until("two crossed", || trade.orders().len() == 2 && at_rest(&service.url));
    let folder = &trade.folder.0;
    let (store, copy) = (folder.join("petiole.db"), folder.join("copy.db"));
    submit(3);
    let statement = statement.replace("copy.db", &copy.display().to_string());
    Connection::open(&store).unwrap().execute_batch(&statement).unwrap();
    submit(2);
    until("all crossed", || trade.orders().len() == 7 && at_rest(&service.url));
    drop(service);
    for name in ["petiole.db", "petiole.db-wal", "petiole.db-shm"] {
        let _ = std::fs::remove_file(folder.join(name));
    }
    std::fs::rename(&copy, &store).unwrap();
    let service = trade.run("200ms");
    submit(1);
    until("the last one crossed", || trade.orders().len() == 8 && at_rest(&service.url));
    trade.assert_exactly_once();
    drop(service);
    let swept = trade.command(&["sync", "--full", "--format", "json"]).output().unwrap();
    assert_eq!(swept.status.code(), Some(0), "{}", String::from_utf8_lossy(&swept.stdout));
    trade.assert_exactly_once();
}

#[test]
fn a_store_that_moved_goes_on_where_the_first_one_stopped() {
    assert!(README.contains("petiole store copy sqlite:petiole.db "), "the README moves it otherwise");
    let trade = Trade::start();
    let service = trade.run("200ms");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    until("all crossed", || trade.orders().len() == 3 && at_rest(&service.url));
    let folder = &trade.folder.0;
    let [from, to] = ["petiole.db", "moved.db"].map(|name| format!("sqlite:{}", folder.join(name).display()));
    let copy = || trade.command(&["store", "copy", &from, &to, "--format", "json"]).output().unwrap();
    let refused = copy();
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("in use by a running service"), "{refused:?}");
    drop(service);
    let copied = copy();
    assert_eq!(copied.status.code(), Some(0), "{}", String::from_utf8_lossy(&copied.stderr));
    let told: serde_json::Value = serde_json::from_slice(&copied.stdout).unwrap();
    assert!(told["copied"]["links"].as_u64() >= Some(3), "{told}");
    let again = copy();
    assert_eq!(again.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&again.stderr).contains("name one that holds nothing"), "{again:?}");
    for name in ["petiole.db", "petiole.db-wal", "petiole.db-shm"] {
        let _ = std::fs::remove_file(folder.join(name));
    }
    std::fs::rename(folder.join("moved.db"), folder.join("petiole.db")).unwrap();
    let service = trade.run("200ms");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("the last one crossed", || trade.orders().len() == 4 && at_rest(&service.url));
    trade.assert_exactly_once();
    drop(service);
    let swept = trade.command(&["sync", "--full", "--format", "json"]).output().unwrap();
    assert_eq!(swept.status.code(), Some(0), "{}", String::from_utf8_lossy(&swept.stdout));
    trade.assert_exactly_once();
}
