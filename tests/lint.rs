//! `petiole lint`: clean for the shipped rules; any misspelt name is found at its very column.

use std::path::Path;

use serde_json::Value as Json;

use crate::support::{Folder, copy, fast_rules, petiole};

#[test]
fn the_shipped_rules_are_clean() {
    let done = petiole().arg("lint").output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Every name in `orders.yaml` once: how its line begins, and the name, whose first occurrence there is misspelt.
const NAMES: [(&str, &[&str]); 23] = [
    ("pipeline:", &["orders"]),
    ("between:", &["leaflink", "order", "flourish", "outbound_order"]),
    ("match:", &["number", "original_order_id"]),
    ("  rep:", &["sales_rep", "lower", "trim", "email", "sales_reps"]),
    ("  sources:", &["order", "is_combination", "status", "customer", "linked", "number"]),
    (
        "  flourish: (leaflink",
        &["flourish", "status", "settings", "sync_statuses", "is_combination", "is_older", "start_from"],
    ),
    ("  flourish: leaflink.status in [", &["flourish", "status"]),
    ("  flourish: sources", &["flourish", "sources"]),
    ("    - leaflink.number", &["leaflink", "number", "original_order_id"]),
    ("    - leaflink.created_on", &["created_on", "order_timestamp"]),
    ("    - leaflink.customer", &["customer", "destination", "customers"]),
    ("    - rep.sales_rep_id", &["rep", "sales_rep_id", "sales_rep"]),
    ("    - if settings", &["route_by", "facility_id", "default_facility", "facility"]),
    ("    - date(", &["date", "ship_date", "requested_delivery_date", "order_status"]),
    ("    - order_notes", &["order_notes", "notes"]),
    ("    - order_discounts", &["order_discounts", "discounts"]),
    ("    - leaflink.line_items", &["line_items", "order_lines", "item", "lot_number"]),
    ("        - .product", &["product", "item", "products"]),
    ("        - trim(.batch", &["trim", "batch", "production_batch_number", "lot_number"]),
    ("        - unit_price", &["unit_price"]),
    ("    - leaflink.status", &["status", "order_status"]),
    ("    - leaflink.payment_term", &["payment_term", "payment_terms"]),
    ("    - with_external_id", &["with_external_id", "external_ids", "external_id_key"]),
];

#[test]
fn any_misspelt_name_is_found_at_its_column() {
    let folder = Folder::new();
    let rules = fast_rules(&folder.0);
    let path = rules.join("pipelines/orders.yaml");
    let good = std::fs::read_to_string(&path).unwrap();
    for (begins, names) in NAMES {
        for name in names {
            misspelt(&rules, &path, &good, (begins, name));
        }
    }
}

fn misspelt(rules: &Path, path: &Path, good: &str, (begins, name): (&str, &str)) {
    let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
    let at_line = lines.iter().position(|line| line.starts_with(begins)).unwrap_or_else(|| panic!("no line {begins}"));
    let text = &lines[at_line];
    let at = word_in(text, name).unwrap_or_else(|| panic!("{begins} has no {name}"));
    let wrong = format!("{name}x");
    let column = text[..at].chars().count() + 1;
    lines[at_line] = format!("{}{wrong}{}", &text[..at], &text[at + name.len()..]);
    std::fs::write(path, lines.join("\n")).unwrap();
    let done = petiole().args(["lint", "--format", "json"]).arg(rules).output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{begins} {wrong}");
    let report: Json = serde_json::from_slice(&done.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|one| {
        one["line"] == at_line + 1 && one["column"] == column && one["file"].as_str().unwrap().ends_with("orders.yaml")
    });
    let found = found.unwrap_or_else(|| panic!("{begins} {wrong}, column {column}: {report:#}"));
    let help = found["help"].as_str().unwrap_or_default();
    assert!(help.contains(name), "{begins} {wrong}: the right name is not in the help {help:?}");
}

/// Where a whole word begins.
fn word_in(text: &str, word: &str) -> Option<usize> {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

#[test]
fn hostile_files_get_a_finding_and_never_a_crash() {
    let deep_flow = format!("pipeline: {}", "[".repeat(10_000));
    let deep_block = (0..10_000).fold(String::from("pipeline:\n"), |text, _| text + "- ");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("deep flow", deep_flow.into_bytes()),
        ("deep block", deep_block.into_bytes()),
        ("alias bomb", b"pipeline: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n".to_vec()),
        ("tab", b"pipeline: a\nwith:\n\tb: c\n".to_vec()),
        ("not utf-8", vec![b'p', 0xff, 0xfe, b'\n']),
        ("utf-16", "pipeline: a".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("empty", Vec::new()),
        ("twice", b"pipeline: a\npipeline: b\n".to_vec()),
        ("unknown kind", b"pipelin: a\n".to_vec()),
        ("large", [b"pipeline: a\nabout: ".as_slice(), &vec![b'x'; 10 * 1024 * 1024]].concat()),
        ("brackets", format!("pipeline: a\nmatch: {}a\n", "(".repeat(1_000)).into_bytes()),
    ];
    for (name, bytes) in cases {
        let folder = Folder::new();
        let path = folder.0.join("hostile.yaml");
        std::fs::write(&path, bytes).unwrap();
        let done = petiole().arg("lint").arg(&path).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{name}: {}", String::from_utf8_lossy(&done.stderr));
        assert!(String::from_utf8_lossy(&done.stderr).contains("error["), "{name}");
    }
}

#[test]
fn a_byte_order_mark_and_line_ends_of_windows_change_nothing() {
    let folder = Folder::new();
    let rules = fast_rules(&folder.0);
    let path = rules.join("pipelines/orders.yaml");
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("\u{feff}{}", good.replace('\n', "\r\n"))).unwrap();
    let done = petiole().arg("lint").arg(&rules).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Codes of what lint finds in a folder, with the place of each.
fn codes(folder: &Folder) -> Vec<(String, String, u64, u64)> {
    let done = petiole().args(["lint", "--format", "json"]).arg(&folder.0).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    let report: Json = serde_json::from_slice(&done.stdout).unwrap();
    let place = |one: &Json| {
        let file = one["file"].as_str().unwrap().replace(&folder.0.display().to_string(), "rules");
        (one["code"].as_str().unwrap().to_owned(), file, one["line"].as_u64().unwrap(), one["column"].as_u64().unwrap())
    };
    report["findings"].as_array().unwrap().iter().map(place).collect()
}

#[test]
fn a_folder_that_cannot_be_read_whole_is_never_read_in_part() {
    let folder = Folder::new();
    std::fs::write(folder.0.join("notes.txt"), "no rules").unwrap();
    assert_eq!(codes(&folder), [("no-rules".to_owned(), "rules".to_owned(), 1, 1)]);

    let folder = Folder::new();
    std::fs::write(folder.0.join("a.yaml"), vec![b'#'; 16 * 1024 * 1024 + 1]).unwrap();
    assert_eq!(codes(&folder), [("file-too-large".to_owned(), "rules/a.yaml".to_owned(), 1, 1)]);

    let folder = Folder::new();
    std::fs::write(folder.0.join("a.yaml"), b"settings:\n  colour: gr\xfcn\n").unwrap();
    assert!(
        codes(&folder).contains(&("not-utf-8".to_owned(), "rules/a.yaml".to_owned(), 2, 13)),
        "{:?}",
        codes(&folder)
    );

    let folder = Folder::new();
    for number in 0..2_001 {
        std::fs::write(folder.0.join(format!("{number}.yaml")), "tests: []\n").unwrap();
    }
    assert_eq!(codes(&folder).iter().map(|(code, ..)| code.as_str()).collect::<Vec<_>>(), ["too-many-files"]);

    let folder = Folder::new();
    let deep = (0..20).fold(folder.0.clone(), |path, number| path.join(number.to_string()));
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("a.yaml"), "tests: []\n").unwrap();
    assert!(codes(&folder).iter().any(|(code, ..)| code == "too-many-files"), "{:?}", codes(&folder));
}

#[test]
fn every_file_below_the_folder_is_read_wherever_it_lies() {
    let folder = Folder::new();
    let rules = fast_rules(&folder.0);
    for (from, to) in [
        ("systems/flourish.yaml", "a/b/c/one.yaml"),
        ("tables/order_status.yaml", "two.yml"),
        ("accounts.yaml", "systems/x.yaml"),
    ] {
        std::fs::create_dir_all(rules.join(to).parent().unwrap()).unwrap();
        std::fs::rename(rules.join(from), rules.join(to)).unwrap();
    }
    std::fs::write(rules.join(".hidden.yaml"), "nonsense: [").unwrap();
    std::fs::write(rules.join("orders.yaml~"), "nonsense: [").unwrap();
    let done = petiole().arg("lint").arg(&rules).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Runs a command in a folder; its exit code and what it says.
fn in_folder(folder: &Path, words: &[&str]) -> (Option<i32>, String) {
    let done = petiole().current_dir(folder).args(words).output().unwrap();
    let told = [done.stdout, done.stderr].map(|told| String::from_utf8_lossy(&told).into_owned());
    (done.status.code(), told.concat())
}

#[test]
fn a_file_is_judged_in_its_set_wherever_that_is() {
    let folder = Folder::new();
    let set = folder.0.join("mine");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &set);
    let absolute = set.join("tables/units.yaml").display().to_string();
    for (place, words) in [
        (&folder.0, vec!["lint", "mine/pipelines/orders.yaml"]),
        (&folder.0, vec!["lint", "mine/accounts.yaml", "mine/scripts"]),
        (&folder.0, vec!["lint", "--rules", "mine", "mine/settings.yaml"]),
        (&folder.0, vec!["lint", absolute.as_str()]),
        (&set, vec!["lint", "settings.yaml"]),
        (&set.join("pipelines"), vec!["lint", "orders.yaml"]),
        (&set.join("pipelines"), vec!["lint", "../tables/units.yaml", "."]),
        (&set.join("pipelines"), vec!["test", "orders.yaml", "--filter", "waits for nobody"]),
        (&folder.0, vec!["test", "mine/pipelines/orders.yaml", "--filter", "waits for nobody"]),
    ] {
        let (code, told) = in_folder(place, &words);
        assert_eq!(code, Some(0), "{words:?} in {}: {told}", place.display());
    }
    // What is wrong elsewhere is not told of a file, but that it is there is.
    let orders = set.join("pipelines/orders.yaml");
    let text = std::fs::read_to_string(&orders).unwrap();
    std::fs::write(&orders, text.replacen("leaflink.created_on ", "leaflink.create_on ", 1)).unwrap();
    let (code, told) = in_folder(&folder.0, &["lint", "mine/settings.yaml"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("1 file, nothing wrong") && told.contains("other files have 1 error"), "{told}");
    assert!(!told.contains("unknown-field"), "{told}");
    let (code, told) = in_folder(&set.join("pipelines"), &["lint", "stock.yaml", "orders.yaml"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("unknown-field") && told.contains("in 2 files"), "{told}");
}

#[test]
fn records_are_matched_by_what_they_hold_themselves() {
    let folder = Folder::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/base"), &folder.0);
    let edit = |file: &str, from: &str, to: &str| {
        let path = folder.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    edit("systems/shop.yaml", "      note: text\n", "      note: text\n      former: -> order at former_id\n");
    for (matching, is_right) in [
        ("shop.former == depot.order_ref", true),
        ("shop.former.number == depot.order_ref", false),
        ("text(shop.former.number) == depot.remark", false),
    ] {
        let path = folder.0.join("pipelines/parcels.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        let line = text.lines().find(|line| line.starts_with("match: ")).unwrap();
        std::fs::write(&path, text.replacen(line, &format!("match: {matching}"), 1)).unwrap();
        let (_, told) = in_folder(&folder.0, &["lint", "."]);
        let is_told = told.contains("`former` is another record") && told.contains("error[type-match]");
        assert_eq!(is_told, !is_right, "{matching}: {told}");
    }
}

#[test]
fn what_is_no_rule_file_is_never_called_right() {
    let folder = Folder::new();
    let set = folder.0.join("rules");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &set);
    std::fs::write(set.join("notes"), "pipeline: [").unwrap();
    std::fs::write(set.join(".hidden.yaml"), "pipeline: [").unwrap();
    std::fs::create_dir(set.join("empty")).unwrap();
    for command in ["lint", "test"] {
        for path in ["rules/README.md", "rules/notes", "rules/.hidden.yaml", "rules/empty"] {
            let (code, told) = in_folder(&folder.0, &[command, path, "--format", "json"]);
            assert_eq!(code, Some(2), "{command} {path}: {told}");
            assert!(told.starts_with(&format!("petiole: `{path}` ")) && told.contains("rule file"), "{told}");
        }
    }
}
