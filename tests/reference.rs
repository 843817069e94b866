//! The README's commands do what it says; commands of later versions say so.

use crate::support::{Folder, Process, petiole};

const README: &str = include_str!("../README.md");

/// The arguments after `--` or after the program's name of each command in a `sh` block.
fn commands() -> Vec<Vec<String>> {
    let blocks = README.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
    blocks
        .flat_map(str::lines)
        .map(|line| line.split('#').next().unwrap_or_default().trim().to_owned())
        .filter(|line| !line.is_empty() && line != "cargo test")
        .map(|line| {
            let arguments =
                line.split_once(" -- ").map_or_else(|| line.strip_prefix("petiole ").unwrap(), |(_, after)| after);
            arguments.split(' ').map(str::to_owned).collect()
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
