//! `petiole simulate`: what it prints is what a service needs, and what people can do there is told.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use petiole::world::Method;
use serde_json::{Map, Value as Json, json};

use crate::support::{Folder, Process, at_rest, fast_rules, get, http, petiole, send, until};

const README: &str = include_str!("../README.md");

/// Background processes of a script, which end with the test.
struct Pids(PathBuf);

impl Drop for Pids {
    fn drop(&mut self) {
        for pid in std::fs::read_to_string(&self.0).unwrap_or_default().lines() {
            let _ = Command::new("kill").args(["-9", pid]).status();
        }
    }
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The `sh` blocks below a heading.
fn blocks(heading: &str) -> Vec<&'static str> {
    let section = README.split_once(heading).unwrap().1.split("\n## ").next().unwrap();
    section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect()
}

#[test]
fn the_readmes_simulators_and_service_work_as_they_are_pasted() {
    let folder = Folder::new();
    fast_rules(&folder.0);
    let pids = Pids(folder.0.join("pids"));
    let blocks = blocks("## Try it against simulated systems");
    // Ports of its own, since others test on this machine, and no build.
    let places =
        [("127.0.0.1:9001", free_address()), ("127.0.0.1:9002", free_address()), ("127.0.0.1:8787", free_address())];
    let [leaflink, flourish, service] = places.each_ref().map(|(_, own)| format!("http://{own}"));
    let program = Path::new(env!("CARGO_BIN_EXE_petiole")).parent().unwrap().display().to_string();
    let mut script = blocks[0].replace("cargo build --release && ", "").replace("$PWD/target/release", &program);
    assert!(script.contains(&program), "{script}");
    for (written, own) in &places {
        script = script.replace(written, own);
    }
    let script = script.replace(" &\n", &format!(" > /dev/null 2>&1 &\necho $! >> {}\n", pids.0.display()));
    let mut shell = Command::new("sh");
    let own = service.strip_prefix("http://").unwrap();
    shell.arg("-ec").arg(script).current_dir(&folder.0).env("PETIOLE_LISTEN", own).stdout(Stdio::null());
    assert!(shell.status().unwrap().success());
    until("the service is at rest", || at_rest(&service));
    assert!(blocks[1].contains("curl -X POST http://127.0.0.1:9001/_control/submit "));
    send(Method::Post, &format!("{leaflink}/_control/submit"), &json!({}));
    until("the order has crossed", || {
        get(&format!("{flourish}/_control/state"))["orders"].as_array().unwrap().len() == 1 && at_rest(&service)
    });
}

/// The `export` lines that a simulator prints.
fn exported(arguments: &[&str]) -> (Process, Vec<String>) {
    let served = Process::start(petiole().arg("simulate").args(arguments), "webhooks go");
    let lines = served.lines.iter().filter(|line| line.starts_with("export ")).cloned().collect();
    (served, lines)
}

#[test]
fn simulate_prints_what_the_shipped_accounts_want() {
    let accounts = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/accounts.yaml")).unwrap();
    let wanted = accounts.split("${").skip(1).map(|rest| rest.split([':', '}']).next().unwrap().to_owned());
    let mut wanted: Vec<String> = wanted.collect();
    let mut found = Vec::new();
    for system in ["leaflink", "flourish"] {
        let (served, lines) = exported(&[system, "--webhook-key", "it's a key"]);
        assert!(lines.iter().any(|line| line.contains(&format!("_BASE_URL={}/", served.url))), "{lines:?}");
        assert!(lines.iter().any(|line| line.ends_with(r"_WEBHOOK_KEY='it'\''s a key'")), "{lines:?}");
        assert!(served.lines.iter().any(|line| line.contains(&format!("{}/_control/", served.url))));
        // A shell takes them as they are.
        assert!(Command::new("sh").arg("-ec").arg(lines.join("\n")).status().unwrap().success());
        let name = |line: &String| line.strip_prefix("export ").unwrap().split('=').next().unwrap().to_owned();
        found.extend(lines.iter().map(name));
        // The README says the same.
        for line in exported(&[system]).1.iter().filter(|line| !line.contains("_BASE_URL")) {
            assert!(README.contains(line.strip_prefix("export ").unwrap()), "{line}");
        }
    }
    wanted.sort();
    wanted.dedup();
    found.sort();
    assert_eq!(found, wanted);
    let depot = "examples/quickstart/rules/depot.yaml";
    let (_, lines) = exported(&[depot, "--webhook", "http://127.0.0.1:9/webhooks/depot"]);
    assert_eq!(lines, Vec::<String>::new(), "names of its account's variables are not known");
}

fn acts(origin: &str) -> Vec<Json> {
    get(&format!("{origin}/_control/"))["acts"].as_array().unwrap().clone()
}

fn message(origin: &str, act: &Json, body: &Json) -> String {
    let url = format!("{origin}{}", act["path"].as_str().unwrap());
    let answer = http(Method::Post, &url, &[], body.to_string().as_bytes());
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[test]
fn a_simulator_lists_what_people_can_do_with_the_fields_of_each_act() {
    for system in ["flourish", "leaflink", "examples/quickstart/rules/depot.yaml"] {
        let served = Process::start(petiole().args(["simulate", system]), "base url");
        let acts = acts(&served.url);
        assert!(acts.len() > 8, "{acts:?}");
        for act in &acts {
            assert!(!act["does"].as_str().unwrap().is_empty() && act["fields"].is_object(), "{act}");
            if act["method"] == "GET" {
                assert!(
                    get(&format!("{}{}", served.url, act["path"].as_str().unwrap())).is_object()
                        || act["path"] == "/_control/calls"
                );
            }
        }
        let faults = acts.iter().find(|act| act["method"] == "PUT" && act["path"] == "/_control/faults").unwrap();
        let listed: Vec<&String> = faults["fields"].as_object().unwrap().keys().collect();
        let mut known: Vec<String> =
            get(&format!("{}/_control/faults", served.url)).as_object().unwrap().keys().cloned().collect();
        known.sort();
        assert_eq!(listed, known.iter().collect::<Vec<_>>());
        for act in acts.iter().filter(|act| act["method"] == "POST" && act["path"] != "/_control/world") {
            for field in act["fields"].as_object().unwrap().keys() {
                let body: Map<String, Json> = [(field.clone(), Json::Null)].into_iter().collect();
                let told = message(&served.url, act, &Json::Object(body));
                let refused =
                    ["unknown field", "takes no field", "nobody can"].iter().any(|words| told.contains(words));
                assert!(!refused, "{act} {field}: {told}");
            }
            if act["also"].is_null() {
                let told = message(&served.url, act, &json!({ "zebra": 1 }));
                assert!(told.contains("field") && told.contains("zebra"), "{act}: {told}");
            }
        }
        if !system.contains('/') {
            let told = message(&served.url, &json!({ "path": "/_control/zebra" }), &json!({}));
            assert!(told.contains("nobody can `zebra`") && told.contains("GET /_control/"), "{told}");
        }
    }
}

/// What a seed means is told whole, and the same each time.
#[test]
fn a_day_with_faults_is_told_the_same_twice_and_each_fault_with_how_it_was_mended() {
    let told = || petiole().args(["demo", "--faults", "--seed", "38"]).output().unwrap();
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(told);
        (told(), other.join().unwrap())
    });
    let text = String::from_utf8(first.stdout).unwrap();
    assert_eq!(text, String::from_utf8(second.stdout).unwrap());
    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(0)), "{text}");
    assert!(text.lines().count() <= 150, "{} lines:\n{text}", text.lines().count());
    for part in [
        "What went wrong, and how it was mended",
        "  → ",
        "all mended",
        "where every record is:",
        "went together again",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let faults = text.lines().filter(|line| line.contains("not mended")).collect::<Vec<_>>();
    assert!(faults.is_empty(), "{faults:?}");
}
