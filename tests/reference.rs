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
    let serves = |arguments: &Vec<String>| arguments[0] == "simulate" && !arguments[1].starts_with('-');
    for arguments in commands().into_iter().filter(serves) {
        let served = Process::start(petiole().args(&arguments[..2]), "base url");
        assert!(served.lines.iter().any(|line| line.starts_with("base url http://127.0.0.1:")));
    }
}

#[test]
fn wrong_usage_is_exit_2() {
    for arguments in [
        vec!["nonsense"],
        vec!["run", "--nonsense"],
        vec!["plan", "--nonsense"],
        vec!["explain"],
        vec!["simulate", "nobody"],
    ] {
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

/// Applies edits to the rules in a folder.
fn apply(folder: &Folder, (file, old, new): (&str, &str, &str)) {
    let path = folder.0.join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text.contains(old), "{file} has no {old}");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = if old.is_empty() { new.to_owned() } else { text.replacen(old, new.trim_end_matches('\n'), 1) };
    std::fs::write(path, text).unwrap();
}

fn rules() -> Folder {
    let folder = Folder::new();
    copy(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &folder.0);
    folder
}

/// The titles of a page's sections with their texts.
fn sections(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.split("\n## ").skip(1).filter_map(|section| section.split_once('\n'))
}

/// The shipped tests that a section names as saying otherwise.
fn said_otherwise(section: &str) -> Vec<String> {
    let told = section.split("Says otherwise then:").nth(1).unwrap_or_default();
    let told = told.split("\n\n").next().unwrap_or_default();
    told.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[track_caller]
fn is_clean(folder: &Folder, title: &str) {
    let done = petiole().args(["lint", "--deny-warnings"]).arg(&folder.0).output().unwrap();
    let told = [done.stdout, done.stderr].map(|told| String::from_utf8_lossy(&told).into_owned()).concat();
    assert!(done.status.success(), "{title}: {told}");
}

#[track_caller]
fn only_these_fail(folder: &Folder, title: &str, named: &[String]) {
    let done = petiole().args(["test", "--timeout", "2m", "--rules"]).arg(&folder.0).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    let name = |line: &str| Some(line.strip_prefix("FAILED ")?.rsplit_once(" (")?.0.to_owned());
    let failed: std::collections::BTreeSet<String> = told.lines().filter_map(name).collect();
    assert_eq!(failed, named.iter().cloned().collect(), "{title}: {told}");
}

#[test]
fn the_rule_guides_changes_are_clean() {
    let folder = rules();
    let (mut changes, mut named) = (0, Vec::new());
    for (title, section) in sections(include_str!("../rules/README.md")) {
        let edits = edits(section);
        changes += edits.len();
        edits.iter().for_each(|edit| apply(&folder, *edit));
        named.extend(said_otherwise(section));
        if !edits.is_empty() {
            is_clean(&folder, title);
        }
    }
    assert!(changes >= 10, "{changes} changes");
    only_these_fail(&folder, "all of them", &named);
}

#[test]
fn every_recipe_is_clean_and_only_the_tests_that_it_names_say_otherwise() {
    let mut count = 0;
    for (title, section) in sections(include_str!("../rules/RECIPES.md")) {
        count += 1;
        let folder = rules();
        edits(section).into_iter().for_each(|edit| apply(&folder, edit));
        let own = std::fs::read_to_string(folder.0.join("tests/wish.yaml")).unwrap_or_default();
        assert!(own.contains("- name: "), "{title} has no test of its own");
        is_clean(&folder, title);
        only_these_fail(&folder, title, &said_otherwise(section));
    }
    assert!(count >= 13, "{count} recipes");
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
