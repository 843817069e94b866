//! The README's commands do what it says; commands of later versions say so.

use petiole::world::Method;

use crate::support::{Folder, Process, copy, get, petiole, send};

const README: &str = include_str!("../README.md");

/// The arguments after `--` or after the program's name of each command in a `sh` block.
fn commands() -> Vec<Vec<String>> {
    let blocks = README.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
    blocks
        .flat_map(str::lines)
        .map(|line| line.split('#').next().unwrap_or_default().trim().to_owned())
        .filter_map(|line| {
            let arguments = line.strip_prefix("cargo run -- ").or_else(|| line.strip_prefix("cargo run --release -- "));
            let arguments = arguments.or_else(|| line.strip_prefix("petiole "))?.trim_end_matches(" &");
            Some(arguments.split(' ').map(str::to_owned).collect())
        })
        .collect()
}

#[test]
fn the_readme_names_only_commands_that_exist() {
    for arguments in commands() {
        let name = &arguments[0];
        let done = petiole().args([name.as_str(), "--help"]).output().unwrap();
        assert!(done.status.success(), "{arguments:?}");
    }
    assert!(commands().len() >= 8);
}

#[test]
fn the_demo_converges_and_names_rule_lines() {
    let done = petiole().arg("demo").output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}\n{}", String::from_utf8_lossy(&done.stderr));
    for expected in
        ["rules/pipelines/orders.yaml:", "waits: flourish has no item whose sku is", "both sides are in step"]
    {
        assert!(told.contains(expected), "{expected} is missing in:\n{told}");
    }
}

#[test]
fn the_readmes_lint_and_simulators_run() {
    for arguments in commands().into_iter().filter(|arguments| arguments[0] == "lint") {
        assert!(petiole().args(&arguments).output().unwrap().status.success());
    }
    for arguments in commands().into_iter().filter(|arguments| arguments[0] == "simulate") {
        let served = Process::start(petiole().args(&arguments[..2]), "base url");
        assert!(served.lines.iter().any(|line| line.starts_with("base url http://127.0.0.1:")));
    }
}

#[test]
fn wrong_usage_is_exit_2() {
    for arguments in
        [vec!["nonsense"], vec!["run", "--nonsense"], vec!["plan"], vec!["doctor"], vec!["simulate", "nobody"]]
    {
        let done = petiole().args(&arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn an_unset_variable_is_named_with_the_line_that_wants_it() {
    let folder = Folder::new();
    let store = format!("sqlite:{}", folder.0.join("p.db").display());
    let done = petiole()
        .args(["run", "--listen", "127.0.0.1:0", "--store", &store])
        .env_remove("FLOURISH_API_KEY")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert!(told.contains("environment variable `FLOURISH_API_KEY` is not set"), "{told}");
    assert!(told.contains("rules/accounts.yaml:"), "{told}");
}

#[test]
fn a_store_that_cannot_be_written_is_exit_3() {
    let done = petiole().args(["run", "--store", "sqlite:/nowhere/at/all/p.db"]).output().unwrap();
    assert_eq!(done.status.code(), Some(3), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Edits of a page, in order: the file, the text to replace (none: a new file), the new text.
fn edits(page: &str) -> Vec<(&str, &str, &str)> {
    page.split("```edit ")
        .skip(1)
        .map(|block| {
            let (file, rest) = block.split_once("\n<<<<\n").unwrap();
            let (change, _) = rest.split_once("\n>>>>\n").unwrap();
            let (old, new) = change.split_once("====\n").unwrap();
            (file, old.trim_end_matches('\n'), new)
        })
        .collect()
}

#[test]
fn the_rule_guides_changes_are_clean() {
    let folder = Folder::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&root.join("rules"), &folder.0);
    let edits = edits(include_str!("../rules/README.md"));
    assert!(edits.len() >= 5);
    for (file, old, new) in edits {
        let path = folder.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text.contains(old), "{file} has no {old}");
        std::fs::write(&path, if old.is_empty() { new.to_owned() } else { text.replacen(old, new, 1) }).unwrap();
        let last = new.lines().next().unwrap_or_default();
        if file == "scripts/notes.rhai" {
            continue;
        }
        let done = petiole().arg("lint").arg(&folder.0).output().unwrap();
        assert!(done.status.success(), "after {last}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn the_quickstart_joins_two_invented_systems() {
    let rules = "examples/quickstart/rules";
    for arguments in [vec!["lint", rules, "--deny-warnings"], vec!["test", "--rules", rules]] {
        let done = petiole().args(&arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stdout));
    }
    let serve = |name: &str| Process::start(petiole().args(["simulate", &format!("{rules}/{name}.yaml")]), "base url");
    let (shop, depot) = (serve("shop"), serve("depot"));
    let put = |side: &Process, fields: serde_json::Value| {
        let body =
            serde_json::json!({ "record": if side.url == shop.url { "order" } else { "parcel" }, "fields": fields });
        send(Method::Put, &format!("{}/_control/put", side.url), &body)
    };
    let folder = Folder::new();
    let sync = || {
        let done = petiole()
            .args(["sync", "--rules", rules, "--store", &format!("sqlite:{}", folder.0.join("q.db").display())])
            .env("SHOP_URL", &shop.url)
            .env("DEPOT_URL", &depot.url)
            .env("SHOP_KEY", "any")
            .env("DEPOT_KEY", "any")
            .output()
            .unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let lines = serde_json::json!([{ "sku": "A-1", "count": 2 }]);
    let number = put(&shop, serde_json::json!({ "state": "Paid", "buyer": "Ada", "lines": lines }))["keys"][0].clone();
    let told = sync();
    assert!(told.contains("parcels: 1 × create") && told.contains("both sides are in step"), "{told}");
    let parcel = get(&format!("{}/_control/state", depot.url))["parcel"][0].clone();
    assert_eq!((&parcel["order_ref"], &parcel["receiver"]), (&number, &serde_json::json!("Ada")));
    put(&depot, serde_json::json!({ "id": parcel["id"], "stage": "Sent" }));
    let told = sync();
    assert!(told.contains("parcels: 1 × move"), "{told}");
    assert_eq!(get(&format!("{}/_control/state", shop.url))["order"][0]["state"], "Sent");
    assert!(sync().contains("wrote 0"), "at rest nothing is written");
}
