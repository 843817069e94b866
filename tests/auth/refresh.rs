//! A refresh token that changes with each use: the next is kept, sealed, and what is lost is told.

use std::process::Command;

use petiole::world::Method;
use serde_json::{Value as Json, json};

use super::stage::{Stage, change};
use crate::support::{Process, at_rest, get, http, until};

const OAUTH2: &str = "  auth:
    oauth2:
      token: /connect/token
      grant: refresh_token
      refresh: first
      client: client
      secret: word
";

const SECRETS: [(&str, &str); 3] =
    [("client", "petiole-at-the-yard"), ("word", "word-of-the-yard"), ("first", "refresh-given-by-people")];

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

const SPELT: [&str; 6] =
    ["word-of-the-yard", "refresh-given-by-people", "granted-1", "granted-2", "refresh-1", "refresh-2"];

fn granted(stage: &Stage) -> Json {
    get(&format!("{}/_control/tokens", stage.depot.url))["granted"].clone()
}

fn revoked(stage: &Stage) {
    http(Method::Delete, &format!("{}/_control/tokens", stage.depot.url), &[], b"");
}

fn keyed(mut command: Command, key: &str) -> Command {
    command.env("PETIOLE_TOKEN_KEY", key);
    command
}

/// Exit code and what is said.
fn says(stage: &Stage, arguments: &[&str], key: &str) -> (i32, String) {
    let mut command = keyed(stage.command(arguments), key);
    let done = command.stderr(std::process::Stdio::piped()).output().unwrap();
    let told = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
    (done.status.code().unwrap(), told)
}

const SYNC: [&str; 3] = ["sync", "--full", "--yes"];

#[test]
fn the_token_that_was_given_last_is_kept_from_one_process_to_the_next() {
    let stage = Stage::new(OAUTH2, &SECRETS);
    stage.pays(1);
    let (code, first) = says(&stage, &SYNC, KEY);
    assert_eq!((code, granted(&stage)), (0, json!(1)), "{first}");
    stage.pays(2);
    let (code, second) = says(&stage, &SYNC, KEY);
    assert_eq!((code, granted(&stage)), (0, json!(1)), "the token is still good: {second}");
    // Only what was given last is taken now.
    revoked(&stage);
    stage.pays(3);
    let (code, third) = says(&stage, &SYNC, KEY);
    assert_eq!((code, granted(&stage)), (0, json!(2)), "{third}");
    assert_eq!(stage.parcels().len(), 3);
    // Who only looks asks for none, and says who does; nothing is wrong with that.
    revoked(&stage);
    let (_, ended) = says(&stage, &["doctor"], KEY);
    assert_eq!(granted(&stage), 2, "{ended}");
    assert!(ended.contains("who only looks asks for no other") && !ended.contains("in use by"), "{ended}");
    let run = &["run", "--listen", "127.0.0.1:0", "--poll-interval", "200ms"];
    let log = std::fs::File::options().append(true).open(stage.log()).unwrap();
    let service = Process::logging(&mut keyed(stage.command(run), KEY), "listening", log);
    // The service asks by itself for what it needs to look around, and once.
    until("a token is given", || granted(&stage) == 3 && at_rest(&service.url));
    for (number, tokens) in [(4, 4), (5, 5)] {
        revoked(&stage);
        stage.pays(number);
        let all = usize::try_from(number).unwrap();
        until("it has crossed", || stage.parcels().len() == all && at_rest(&service.url));
        assert_eq!(granted(&stage), tokens);
    }
    // Who only looks uses what is kept, and asks for nothing.
    let (_, looked) = says(&stage, &["doctor", "--url", &service.url], KEY);
    assert_eq!(granted(&stage), 5, "{looked}");
    assert!(!looked.contains("was not asked for"), "{looked}");
    stage.keeps_quiet(&SPELT, &[&first, &second, &third, &looked]);
}

#[test]
fn without_a_key_to_seal_with_nothing_begins() {
    let stage = Stage::new(OAUTH2, &SECRETS);
    stage.pays(1);
    for (key, told) in [
        ("", "environment variable `PETIOLE_TOKEN_KEY` is not set"),
        ("hunter2", "`PETIOLE_TOKEN_KEY` is no key of 32 bytes"),
        ("AAECAwQFBgcICQoLDA0ODw==", "`PETIOLE_TOKEN_KEY` is no key of 32 bytes"),
    ] {
        for arguments in [&SYNC[..], &["run", "--listen", "127.0.0.1:0"]] {
            let (code, said) = says(&stage, arguments, key);
            assert!(code != 0 && said.contains(told) && said.contains("depot.yaml:8:14"), "{code}: {said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
    assert_eq!(granted(&stage), 0);
    let (code, said) = says(&stage, &["lint"], "");
    assert_eq!(code, 0, "rules are checked without any key: {said}");
}

#[test]
fn the_tests_beside_rules_and_the_form_of_the_file_are_told_alike() {
    let stage = Stage::new(OAUTH2, &SECRETS);
    let (code, told) = stage.says(&["test"]);
    assert_eq!(code, 0, "{told}");
    change(&stage.rules().join("depot.yaml"), "      refresh: first\n", "");
    let (code, told) = says(&stage, &["lint"], "");
    assert!(code == 1 && told.contains("a refresh token is needed to begin with"), "{told}");
}
