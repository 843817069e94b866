//! What is packaged is whole and hardened, and the changelog knows it. Where a tool of Debian or systemd is missing, that is said.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::support::{Folder, Trade, until};
use petiole::server::metric::{METRICS, Sort};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a command prints; none where there is no such command.
fn told(command: &mut Command) -> Option<String> {
    let done = match command.current_dir(root()).output() {
        Ok(done) => done,
        Err(error) => {
            println!("skipped: {} is not to be had here ({error})", command.get_program().display());
            return None;
        }
    };
    assert!(done.status.success(), "{done:?}");
    Some(String::from_utf8(done.stdout).unwrap())
}

#[test]
fn the_unit_is_hardened_and_hands_over_every_secret() {
    let unit = std::fs::read_to_string(root().join("packaging/petiole.service")).unwrap();
    let accounts = std::fs::read_to_string(root().join("rules/accounts.yaml")).unwrap();
    let mut secrets = 0;
    for name in accounts.split("${").skip(1).filter_map(|rest| rest.split(['}', ':']).next()) {
        if name.ends_with("_KEY") {
            assert!(unit.contains(&format!("LoadCredential={name}:")), "{name}");
            secrets += 1;
        }
    }
    assert!(secrets >= 4, "{secrets} secrets");
    let mut judged = Command::new("systemd-analyze");
    judged.args(["security", "--offline=true", "--no-pager", "packaging/petiole.service"]);
    let Some(judged) = told(&mut judged) else { return };
    let level = judged.lines().rev().find_map(|line| line.split_once("petiole.service: ")).unwrap().1;
    let level: f64 = level.split_whitespace().next().unwrap().parse().unwrap();
    assert!(level <= 2.0, "{judged}");
}

/// The container files that name how an image is made, and what stands in them.
fn composed(path: &str) -> serde_yaml::Value {
    serde_yaml::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

#[test]
fn the_container_gets_every_variable_that_the_accounts_want_and_secrets_only_as_files() {
    let accounts = std::fs::read_to_string(root().join("rules/accounts.yaml")).unwrap();
    let file = composed("packaging/compose.yaml");
    let service = &file["services"]["petiole"];
    let environment = service["environment"].as_mapping().unwrap();
    let mut secrets = BTreeSet::from(["PETIOLE_ADMIN_TOKEN"]);
    for name in
        accounts.split("${").skip(1).filter_map(|rest| rest.split('}').next()).filter(|name| !name.contains(':'))
    {
        if name.ends_with("_KEY") {
            secrets.insert(name);
        } else {
            assert!(environment.contains_key(name), "{name}");
        }
    }
    for name in &secrets {
        assert_eq!(environment[format!("{name}_FILE")].as_str().unwrap(), format!("/run/secrets/{name}"));
        assert!(file["secrets"][name]["file"].as_str().unwrap().ends_with(&format!("/{name}")));
        assert!(!environment.contains_key(name), "{name} is no variable");
    }
    let handed: BTreeSet<&str> =
        service["secrets"].as_sequence().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(handed, secrets);
    for (path, service) in [("packaging/compose.yaml", "petiole"), ("examples/cluster/compose.yaml", "first")] {
        let build = composed(path)["services"][service]["build"].clone();
        let folder = root().join(path).parent().unwrap().join(build["context"].as_str().unwrap());
        assert!(folder.join(build["dockerfile"].as_str().unwrap()).is_file(), "{path}");
    }
}

/// No engine runs containers here: what its health check asks is asked of a service beside it.
#[test]
fn the_containers_health_check_tells_a_service_that_is_ready() {
    let text = std::fs::read_to_string(root().join("packaging/Dockerfile")).unwrap();
    let check = text.split_once("CMD [\"bash\", \"-c\", \\\n").unwrap().1;
    let check: String = serde_json::from_str(check.split_once("]\n").unwrap().0.trim()).unwrap();
    let trade = Trade::start();
    let mut service = trade.run("1h");
    let port = service.url.rsplit_once(':').unwrap().1.to_owned();
    let asks = || Command::new("bash").args(["-c", &check.replace("8787", &port)]).output().unwrap().status.success();
    until("it is ready", asks);
    service.kill();
    assert!(!asks());
}

#[test]
fn the_debian_package_holds_the_binary_its_rules_its_unit_and_its_pages() {
    let folder = Folder::new();
    // What is packed is small here; what it says is the real one's.
    let stand_in = folder.0.join("petiole");
    std::fs::write(&stand_in, format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_petiole"))).unwrap();
    std::fs::set_permissions(&stand_in, std::fs::Permissions::from_mode(0o755)).unwrap();
    if told(Command::new("dpkg-deb").arg("--version")).is_none() {
        return;
    }
    told(Command::new("packaging/deb.sh").arg(&folder.0).env("PETIOLE", &stand_in)).unwrap();
    let mut made = std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().path());
    let package = made.find(|path| path.extension().is_some_and(|end| end == "deb")).unwrap();
    let contents = told(Command::new("dpkg-deb").arg("--contents").arg(&package)).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(package.file_name().unwrap().to_string_lossy().starts_with(&format!("petiole_{version}_")));
    for path in [
        "./usr/bin/petiole",
        "./lib/systemd/system/petiole.service",
        "./etc/petiole/rules/accounts.yaml",
        "./usr/share/man/man1/petiole.1.gz",
        "./usr/share/man/man1/petiole-sync.1.gz",
        "./usr/share/bash-completion/completions/petiole",
    ] {
        assert!(contents.contains(&format!(" {path}\n")), "{path}: {contents}");
    }
    // What people change in it stays theirs when a newer one comes.
    let kept = told(Command::new("dpkg-deb").args(["--info"]).arg(&package).arg("conffiles")).unwrap();
    let rules = contents.lines().filter(|line| line.contains("./etc/petiole/rules/") && !line.ends_with('/')).count();
    assert!(rules > 5 && kept.lines().count() == rules, "{kept}");
}

#[test]
fn the_changelog_begins_with_this_version() {
    let text = std::fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    let first = text.lines().find_map(|line| line.strip_prefix("## ")).unwrap();
    assert!(first.starts_with(env!("CARGO_PKG_VERSION")), "{first}");
}

/// The metrics that an expression for Prometheus asks for, after a look at its labels.
fn asked_for(expression: &str) -> BTreeSet<&'static str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words: Vec<&str> = expression.split(|letter| !is_part(letter)).filter(|word| !word.is_empty()).collect();
    let metric_of = |word: &str| {
        let whole = METRICS.iter().find(|metric| metric.name == word);
        let part = ["_bucket", "_sum", "_count"].into_iter().filter_map(|end| word.strip_suffix(end));
        let of_histogram = |name: &str| METRICS.iter().find(|one| one.name == name && one.sort == Sort::Histogram);
        whole.or_else(|| part.into_iter().find_map(of_histogram))
    };
    let named = words.iter().filter(|word| word.starts_with("petiole_"));
    let metrics: Vec<_> =
        named.map(|word| metric_of(word).unwrap_or_else(|| panic!("no metric `{word}`: {expression}"))).collect();
    let known: BTreeSet<&str> =
        metrics.iter().flat_map(|metric| metric.labels.iter().copied()).chain(["le", "instance", "job"]).collect();
    let grouped = expression.split("by (").skip(1).filter_map(|rest| rest.split(')').next());
    let chosen = expression.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let labels = grouped.flat_map(|list| list.split(',')).chain(chosen.flat_map(|list| list.split(',')));
    for label in labels.filter_map(|label| label.trim().split(|letter| !is_part(letter)).next()) {
        assert!(known.contains(label), "no label `{label}`: {expression}");
    }
    metrics.into_iter().map(|metric| metric.name).collect()
}

#[test]
fn the_board_shows_every_metric_and_no_other() {
    let text = std::fs::read_to_string(root().join("packaging/grafana.json")).unwrap();
    let board: serde_json::Value = serde_json::from_str(&text).unwrap();
    let panels = board["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "each panel has its own id");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let shown: BTreeSet<_> = targets.flat_map(|target| asked_for(target["expr"].as_str().unwrap())).collect();
    assert_eq!(shown, METRICS.iter().map(|metric| metric.name).collect());
}

#[test]
fn alert_rules_ask_for_metrics_that_are_there() {
    let text = std::fs::read_to_string(root().join("packaging/alerts.yaml")).unwrap();
    let alerts: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let rules: Vec<_> = alerts["groups"]
        .as_sequence()
        .unwrap()
        .iter()
        .flat_map(|group| group["rules"].as_sequence().unwrap())
        .collect();
    assert!(rules.len() > 5);
    for rule in rules {
        let expression = rule["expr"].as_str().unwrap();
        let asked = asked_for(expression);
        assert!(!asked.is_empty() || expression.starts_with("up{"), "{expression}");
        assert!(rule["annotations"]["summary"].is_string(), "{expression}");
    }
    let judged = told(Command::new("promtool").args(["check", "rules", "packaging/alerts.yaml"]));
    assert!(judged.is_none_or(|judged| judged.contains("SUCCESS")));
}
