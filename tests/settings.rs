//! Values of settings are checked by kind wherever they come from; a mode that is not known is never live.

use petiole::diagnostic::Sources as _;
use petiole::diagnostic::span::place_of;
use petiole::language;
use petiole::world::{Method, SystemFiles};

use serde_json::json;

use crate::support::{Folder, Process, Trade, WEBHOOK_KEY, at_rest, copy, get, http, petiole, until};

/// Replaces a text of the shipped rules; gives the findings as `code file:line message`.
fn lint(file: &str, old: &str, new: &str) -> Vec<String> {
    let folder = Folder::new();
    copy(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").as_path(), &folder.0);
    let path = folder.0.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{file} has no {old:?}");
    std::fs::write(&path, text.replacen(old, new, 1)).unwrap();
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
    let told = compiled.findings.iter().map(|one| {
        let span = one.primary.span;
        let line = place_of(compiled.sources.text(span.file), span.start).line;
        let name = compiled.sources.name(span.file).rsplit('/').next().unwrap();
        format!("{} {name}:{line} {}", one.code, one.message)
    });
    told.collect()
}

#[test]
fn what_a_setting_cannot_be_is_one_finding_at_its_line() {
    let account = "    carries: always";
    for (file, old, new, expected) in [
        ("settings.yaml", "mode: live", "mode: [observe]", "unknown-mode settings.yaml:3 `mode` is a single value"),
        ("settings.yaml", "mode: live", "mode:", "unknown-mode settings.yaml:3 `mode` cannot be empty"),
        ("settings.yaml", "mode: live", "mode: \"\"", "unknown-mode settings.yaml:3 `mode` cannot be empty"),
        (
            "settings.yaml",
            "mode: live",
            "mode: {observe: true}",
            "unknown-mode settings.yaml:3 `mode` is a single value",
        ),
        ("settings.yaml", "mode: live", "mode: Observe", "unknown-mode settings.yaml:3 `mode` cannot be `Observe`"),
        (
            "settings.yaml",
            "mode: live",
            "mode: ${MODE:-observ}",
            "unknown-mode settings.yaml:3 `mode` cannot be `observ`",
        ),
        ("settings.yaml", "[Submitted]", "[]", "type-setting settings.yaml:8 `orders.sync_statuses` is empty"),
        ("settings.yaml", "[Submitted]", "", "type-setting settings.yaml:8 `orders.sync_statuses` is empty"),
        ("settings.yaml", "[Submitted]", "[\"\"]", "type-setting settings.yaml:8 `orders.sync_statuses` is empty"),
        ("settings.yaml", "[Submitted]", "Submitted", "type-setting settings.yaml:8 `orders.sync_statuses` is a list"),
        (
            "settings.yaml",
            "[Submitted]",
            "[[Submitted]]",
            "type-setting settings.yaml:8 `orders.sync_statuses` is a single",
        ),
        (
            "settings.yaml",
            "[Submitted]",
            "[Submitted, \"${ALSO:-Accept}\"]",
            "unknown-value settings.yaml:8 `orders.sync_statuses` cannot be `Accept`",
        ),
        (
            "settings.yaml",
            "facilities:\n      - ${FLOURISH_FACILITY_ID}",
            "facilities: []",
            "type-setting settings.yaml:14 `stock.facilities` is empty",
        ),
        (
            "settings.yaml",
            "start_from: \"\"",
            "start_from: \"2026-05-01T12:00:00\"",
            "type-date settings.yaml:12 `orders.start_from` is a day",
        ),
        (
            "settings.yaml",
            "start_from: \"\"",
            "start_from: ${START:-2026-05-01 12:00}",
            "type-date settings.yaml:12 `orders.start_from` is a day",
        ),
        (
            "settings.yaml",
            "every: 24h",
            "every: ${EVERY:-24}",
            "type-duration settings.yaml:23 `reconcile.every` is a length",
        ),
        (
            "settings.yaml",
            "safety: 0",
            "safety: ten",
            "type-number settings.yaml:16 `stock.safety` is a number, zero or",
        ),
        (
            "settings.yaml",
            "safety: 0",
            "safety: -1",
            "type-number settings.yaml:16 `stock.safety` is a number, zero or",
        ),
        ("settings.yaml", "safety: 0", "safety: true", "type-number settings.yaml:16 `stock.safety` is a number, zero"),
        ("settings.yaml", "safety: 0", "safety:", "type-setting settings.yaml:16 `stock.safety` is empty"),
        ("settings.yaml", "safety: 0", "safety: [1]", "type-setting settings.yaml:16 `stock.safety` is a single value"),
        (
            "settings.yaml",
            "safety: 0",
            "safety: ${SAFETY:-ten}",
            "type-number settings.yaml:16 `stock.safety` is a number",
        ),
        ("settings.yaml", "creates: 50", "creates: 1.5", "type-number settings.yaml:24 `reconcile.creates` is a whole"),
        (
            "settings.yaml",
            "creates: 50",
            "creates: 1e30",
            "type-number settings.yaml:24 `reconcile.creates` is a whole",
        ),
        ("settings.yaml", "creates: 50", "creates: -3", "type-number settings.yaml:24 `reconcile.creates` is a whole"),
        ("settings.yaml", "every: 24h", "every: 0h", "type-duration settings.yaml:23 `reconcile.every` is a length"),
        ("settings.yaml", "keep: 30d", "keep: 30 days", "type-duration settings.yaml:26 `journal.keep` is a length"),
        (
            "settings.yaml",
            "license: \"\"",
            "license: C11-1",
            "type-number settings.yaml:19 `products.license` is a whole",
        ),
        (
            "settings.yaml",
            "webhook: \"\"",
            "webhook: chat.example/x",
            "type-url settings.yaml:31 `notify.webhook` is a web",
        ),
        (
            "settings.yaml",
            "webhook: \"\"",
            "webhook: https:///x",
            "type-url settings.yaml:31 `notify.webhook` is a web",
        ),
        (
            "settings.yaml",
            "exclude: []",
            "exclude: [name, descripton]",
            "unknown-field settings.yaml:18 `products.exclude` names fields of `leaflink.product`, and there is no field \
             `descripton`",
        ),
        (
            "settings.yaml",
            "exclude: []",
            "exclude: [\"${EXCLUDE:-descripton}\"]",
            "unknown-field settings.yaml:18 `products.exclude` names fields",
        ),
        (
            "accounts.yaml",
            account,
            "    carries: always\n    settings:\n      products.exclude: [descripton]",
            "unknown-field accounts.yaml:19 `products.exclude` names fields",
        ),
        (
            "accounts.yaml",
            account,
            "    carries: always\n    settings:\n      stock: { safety: ten }",
            "type-number accounts.yaml:19 `stock.safety` is a number",
        ),
        (
            "accounts.yaml",
            "https://app.leaflink.com/api/v2}",
            "app.leaflink.com}",
            "type-url accounts.yaml:12 `base_url` is a web address, and `app.leaflink.com` is none",
        ),
        (
            "settings.yaml",
            "  stock:\n    facilities:\n      - ${FLOURISH_FACILITY_ID}\n    safety: 0",
            "  stock: []",
            "type-shape settings.yaml:13 `stock` holds several",
        ),
        (
            "accounts.yaml",
            account,
            "    carries: always\n    settings: { mode: [observe] }",
            "unknown-mode accounts.yaml:18 `mode` is a single value",
        ),
        (
            "accounts.yaml",
            account,
            "    carries: always\n    settings: { mode: \"${MODE:-Live}\" }",
            "unknown-mode accounts.yaml:18 `mode` cannot be `Live`",
        ),
        (
            "accounts.yaml",
            account,
            "    carries: always\n    settings:\n      stock:\n        facilities: []",
            "type-setting accounts.yaml:20 `stock.facilities` is empty",
        ),
        (
            "accounts.yaml",
            "base_url: ${LEAFLINK_BASE_URL:-https://app.leaflink.com/api/v2}",
            "base_url: [a]",
            "type-shape accounts.yaml:12 `base_url` is a single text",
        ),
    ] {
        let found = lint(file, old, new);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{new:?}: {found:#?}");
    }
}

/// The mode is the program's own: it is checked in rules that say nothing of types, too.
#[test]
fn a_mode_without_a_type_is_checked_too() {
    let folder = Folder::new();
    std::fs::write(folder.0.join("settings.yaml"), "settings:\n  mode: observ\n").unwrap();
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
    assert!(compiled.findings.iter().any(|one| one.code.0 == "unknown-mode"), "{:?}", compiled.findings);
}

#[test]
fn an_empty_entry_is_told_and_what_may_be_filled_is_not() {
    let entry = "    exclude: []";
    assert_eq!(lint("settings.yaml", entry, "    exclude: [\"\"]").len(), 1);
    assert_eq!(lint("settings.yaml", entry, "    exclude: [\"${EXCLUDE:-}\"]"), Vec::<String>::new());
    assert_eq!(lint("settings.yaml", "mode: live", "mode: ${MODE:-observe}"), Vec::<String>::new());
    assert_eq!(lint("settings.yaml", "webhook: \"\"", "webhook:"), Vec::<String>::new());
}

/// What the service says with these settings in this environment.
fn refused(old: &str, new: &str, environment: &[(&str, &str)]) -> String {
    let trade = Trade::start();
    let path = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{old:?}");
    std::fs::write(&path, text.replacen(old, new, 1)).unwrap();
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0"]);
    let done = command.envs(environment.iter().copied()).output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert!(told.contains("settings.yaml:"), "{told}");
    told
}

#[test]
fn what_the_environment_says_is_checked_at_start() {
    let told = refused("mode: live", "mode: ${MODE}", &[("MODE", "Observe")]);
    assert!(told.contains("error[unknown-mode]: `mode` cannot be `Observe`"), "{told}");
    assert!(told.contains("environment variable `MODE` says so") && told.contains("write `observe`"), "{told}");
    let told = refused("[Submitted]", "[\"${FIRST:-}\", \"${SECOND:-}\"]", &[]);
    assert!(told.contains("`orders.sync_statuses` is empty"), "{told}");
    for (variable, wrong, told) in [
        ("SAFETY", "ten", "error[type-number]: `stock.safety` is a number, zero or above, and `ten` is none"),
        ("SAFETY", "-1", "error[type-number]: `stock.safety` is a number, zero or above, and `-1` is none"),
    ] {
        let found = refused("safety: 0", "safety: ${SAFETY:-0}", &[(variable, wrong)]);
        assert!(found.contains(told) && found.contains("environment variable `SAFETY` says so"), "{found}");
    }
    let told = refused("exclude: []", "exclude: [\"${EXCLUDE:-}\"]", &[("EXCLUDE", "descripton")]);
    assert!(
        told.contains("`products.exclude` cannot be `descripton`") && told.contains("write `description`"),
        "{told}"
    );
    let told = refused("webhook: \"\"", "webhook: ${CHAT:-}", &[("CHAT", "chat.example")]);
    assert!(told.contains("error[type-url]: `notify.webhook` is a web address"), "{told}");
    let told = refused("every: 24h", "every: ${EVERY:-24h}", &[("EVERY", "24")]);
    assert!(told.contains("`reconcile.every` is a length of time, and `24` is none"), "{told}");
}

/// The rules that served before were live; whoever changed the mode did not want that.
#[test]
fn older_rules_do_not_serve_in_place_of_an_unknown_mode() {
    let trade = Trade::start();
    let mut service = trade.run("60s");
    let before = get(&format!("{}/api/v1/status", service.url))["generation"].clone();
    let path = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("mode: live", "mode: [observe]", 1)).unwrap();
    let answer = http(Method::Post, &format!("{}/api/v1/reload", service.url), &[], b"");
    let told = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(answer.status == 422 && told.contains("unknown-mode"), "{told}");
    assert_eq!(get(&format!("{}/api/v1/status", service.url))["generation"], before);
    service.kill();
    let done = trade.command(&["run", "--listen", "127.0.0.1:0"]).output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.code() == Some(1) && told.contains("older rules do not serve"), "{told}");
}

/// A file that was left beside its successor: neither wins, and that is one finding.
#[test]
fn two_files_that_say_the_same_are_refused_with_both_places() {
    for (file, name) in [
        ("settings.yaml", "setting `mode`"),
        ("accounts.yaml", "account `flourish`"),
        ("ownership.yaml", "owner of `"),
        ("tables/units.yaml", "table `"),
        ("systems/leaflink.yaml", "system `leaflink`"),
    ] {
        let folder = Folder::new();
        copy(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").as_path(), &folder.0);
        std::fs::copy(folder.0.join(file), folder.0.join(file.replace(".yaml", "_old.yaml"))).unwrap();
        let done = petiole().args(["lint", &folder.0.display().to_string()]).output().unwrap();
        let told = String::from_utf8_lossy(&done.stdout).into_owned() + String::from_utf8_lossy(&done.stderr).as_ref();
        assert_eq!(done.status.code(), Some(1), "{told}");
        assert!(told.contains(&format!("error[duplicate-name]: there is another {name}")), "{told}");
        assert!(told.contains(&format!("{file}:")) && told.contains("_old.yaml:"), "{told}");
        assert_eq!(told.matches("error[").count(), 1, "{told}");
    }
}

#[test]
fn the_shipped_tests_hold_whichever_way_a_switch_is_turned() {
    for (old, new) in [
        ("mode: live", "mode: observe"),
        ("inventory: flourish", "inventory: leaflink"),
        ("products: flourish", "products: leaflink"),
        ("[Submitted]", "[Accepted]"),
        ("[Submitted]", "[Submitted, Accepted, Backorder]"),
        ("route_by: sales_rep", "route_by: default_facility"),
        ("default_facility: ${FLOURISH_FACILITY_ID}", "default_facility: other"),
        ("external_id_key: petiole", "external_id_key: \"\""),
        ("start_from: \"\"", "start_from: \"2027-01-01\""),
        ("      - ${FLOURISH_FACILITY_ID}", "      - other\n      - more"),
        ("exclude: []", "exclude: [name, description, brand, wholesale_price, category]"),
        ("leaflink: case", "leaflink: unit"),
    ] {
        let folder = Folder::new();
        copy(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").as_path(), &folder.0);
        let path = folder.0.join("settings.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "no {old:?}");
        std::fs::write(&path, text.replacen(old, new, 1)).unwrap();
        let ran = petiole().arg("test").arg("--rules").arg(&folder.0).output().unwrap();
        assert!(ran.status.success(), "{new}: {}", String::from_utf8_lossy(&ran.stdout));
    }
}

/// Containers and systemd hand secrets over as files.
#[test]
fn a_secret_may_stand_in_a_file() {
    let trade = Trade::start();
    let secrets = trade.folder.0.join("secrets");
    std::fs::create_dir(&secrets).unwrap();
    // Editors end a file with a line's end, which is no part of the secret.
    std::fs::write(secrets.join("FLOURISH_WEBHOOK_KEY"), format!("{WEBHOOK_KEY}\n")).unwrap();
    std::fs::write(secrets.join("of leaflink"), format!("{WEBHOOK_KEY}\r\n")).unwrap();
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0"]);
    command.env_remove("FLOURISH_WEBHOOK_KEY").env_remove("LEAFLINK_WEBHOOK_KEY");
    let unset = command.output().unwrap();
    assert_eq!(unset.status.code(), Some(1), "{unset:?}");
    assert!(String::from_utf8_lossy(&unset.stderr).contains("LEAFLINK_WEBHOOK_KEY"), "{unset:?}");
    command.env("CREDENTIALS_DIRECTORY", &secrets).env("LEAFLINK_WEBHOOK_KEY_FILE", secrets.join("not there"));
    let missing = command.output().unwrap();
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(missing.status.code() == Some(1) && said.contains("not there, which is to say"), "{said}");
    let service = Process::start(command.env("LEAFLINK_WEBHOOK_KEY_FILE", secrets.join("of leaflink")), "listening");
    trade.subscribe(&service);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    // Only webhooks tell of it so soon: both systems sign with what stood in the files.
    until("the order crosses", || trade.orders().len() == 1 && at_rest(&service.url));
    let refused = get(&format!("{}/api/v1/status", service.url))["accounts"].to_string();
    assert!(!refused.contains("\"401\""), "{refused}");
}
