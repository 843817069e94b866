//! The schemas that editors are given: they take every rule file that is right, say what each key is for, and refuse a
//! key that there is not. Findings for code hosts stand in the form that these ask for.

use std::path::PathBuf;
use std::process::{Command, Output};

use petiole::language::syntax::field_spec::FILE_KINDS;
use serde_json::{Value as Json, json};

use crate::support::Folder;
use crate::tidy::files_ending;

fn petiole(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_petiole")).args(arguments).output().unwrap()
}

fn printed(kind: &str) -> Json {
    let done = petiole(&["schema", kind]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Why a file does not fit the schema of its kind; none where it does.
fn misfits(file: &Json) -> Vec<String> {
    let kind = FILE_KINDS.into_iter().find(|kind| file.get(kind).is_some()).expect("a kind of file");
    let validator = jsonschema::validator_for(&printed(kind)).unwrap();
    validator.iter_errors(file).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The rule files that ship and those of the examples. What starts containers is YAML, too, and no rule file.
fn rule_files() -> Vec<(PathBuf, Json)> {
    let files = [files_ending("yaml", "rules"), files_ending("yaml", "examples")].concat();
    let is_rules = |path: &PathBuf| !path.components().any(|part| part.as_os_str() == "cluster");
    let files = files.into_iter().filter(|(path, _)| is_rules(path));
    files.map(|(path, text)| (path, serde_yaml::from_str(&text).unwrap())).collect()
}

#[test]
fn every_rule_file_that_ships_fits_the_schema_of_its_kind() {
    let files = rule_files();
    assert!(files.len() > 20, "{}", files.len());
    for (path, file) in files {
        let misfits = misfits(&file);
        assert!(misfits.is_empty(), "{}: {misfits:#?}", path.display());
    }
}

/// Puts a key that there is not into every map, one after the other, and counts what comes of it.
fn estranged(file: &Json) -> Vec<Json> {
    let mut found = Vec::new();
    let mut whole = file.clone();
    if let Json::Object(fields) = &mut whole {
        fields.insert("no such key".to_owned(), json!(1));
        found.push(whole);
    }
    found
}

#[test]
fn a_key_that_there_is_not_and_one_that_is_missing_do_not_fit() {
    for (path, file) in rule_files() {
        for wrong in estranged(&file) {
            assert!(!misfits(&wrong).is_empty(), "{}", path.display());
        }
    }
    let wrong = [
        json!({ "pipeline": "orders", "between": ["a.b", "c.d"] }),
        json!({ "pipeline": "orders", "between": ["a.b", "c.d"], "match": { "a": 1 } }),
        json!({ "table": "words", "between": ["a.b.c", "d.e.f"], "rows": { "x": "y" } }),
        json!({ "system": "one", "http": { "timeout": ["30s"] }, "records": {} }),
        json!({ "system": "one", "http": {}, "records": { "r": { "fields": {}, "calls": { "read": { "body": [] } } } } }),
        json!({ "tests": [{ "given": {} }] }),
        json!({ "tests": [{ "name": "one", "given": { "linked": "perhaps" } }] }),
        json!({ "accounts": { "one": { "system": "one" } } }),
    ];
    for file in wrong {
        assert!(!misfits(&file).is_empty(), "{file}");
    }
}

/// Everything under this key, wherever it stands.
fn under<'j>(json: &'j Json, key: &str, found: &mut Vec<&'j Json>) {
    match json {
        Json::Object(fields) => {
            found.extend(fields.get(key));
            fields.values().for_each(|inner| under(inner, key, found));
        }
        Json::Array(items) => items.iter().for_each(|inner| under(inner, key, found)),
        _ => {}
    }
}

#[test]
fn each_key_says_what_it_is_for() {
    for kind in FILE_KINDS {
        let schema = printed(kind);
        let mut properties = Vec::new();
        under(&schema, "properties", &mut properties);
        for (name, said) in properties.into_iter().filter_map(Json::as_object).flatten() {
            assert!(said["description"].as_str().is_some_and(|text| text.len() > 10), "{kind}: {name}");
        }
    }
}

#[test]
fn the_schemas_beside_the_rules_are_what_is_printed() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules/schema");
    for kind in FILE_KINDS {
        let path = folder.join(format!("{kind}.json"));
        let now = String::from_utf8(petiole(&["schema", kind]).stdout).unwrap();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &now).unwrap();
        }
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(known == now, "{} is old; refresh it with UPDATE=1 cargo test the_schemas_beside", path.display());
    }
}

#[test]
fn findings_for_code_hosts_point_at_the_letters_and_say_what_to_write() {
    let folder = Folder::new();
    let copy = folder.0.join("my rules");
    crate::support::copy(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules"), &copy);
    let path = copy.join("pipelines/orders.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("leaflink.number ", "leaflink.nunber ")).unwrap();
    let done = petiole(&["lint", copy.to_str().unwrap(), "--format", "sarif"]);
    assert_eq!(done.status.code(), Some(1));
    let told: Json = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(told["version"], "2.1.0");
    let run = &told["runs"][0];
    let is_it = |result: &&Json| result["ruleId"] == "unknown-field";
    let result = run["results"].as_array().unwrap().iter().find(is_it).unwrap_or_else(|| panic!("{told:#}"));
    assert_eq!(result["level"], "error");
    assert!(result["message"]["text"].as_str().unwrap().contains("write `number`"), "{result:#}");
    let place = &result["locations"][0]["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.starts_with("file:///") && uri.ends_with("/my%20rules/pipelines/orders.yaml"), "{uri}");
    let line = text.lines().position(|line| line.contains("leaflink.number ")).unwrap() + 1;
    assert_eq!(place["region"]["startLine"], line, "{place}");
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "unknown-field");
    let clean = petiole(&["lint", "rules", "--format", "sarif"]);
    assert_eq!(clean.status.code(), Some(0));
    let clean: Json = serde_json::from_slice(&clean.stdout).unwrap();
    assert!(clean["runs"][0]["results"].is_array(), "{clean}");
}
