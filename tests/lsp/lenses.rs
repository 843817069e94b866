//! Tests on their line, quick fixes, and what colours are made of.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::client::Client;
use super::shipped;

const STATUS: &str = "rules/tables/order_status.yaml";

/// The titles of a file's lenses.
fn titles(client: &mut Client, file: &str) -> Vec<(String, Json)> {
    let params = json!({ "textDocument": { "uri": client.at(file) } });
    let lenses = client.ask("textDocument/codeLens", params);
    let lens = |one: &Json| (one["command"]["title"].as_str().unwrap().to_owned(), one["command"].clone());
    lenses.as_array().unwrap().iter().map(lens).collect()
}

#[test]
fn a_test_is_run_from_its_line_and_says_there_what_came_of_it() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let text = client.open_saved(STATUS);
    let lenses = titles(&mut client, STATUS);
    assert!(!lenses.is_empty() && lenses.iter().all(|(title, _)| title == "run test"), "{lenses:?}");
    let command = lenses[0].1.clone();
    assert_eq!(command["command"], "petiole.runTest");
    let run = json!({ "command": command["command"], "arguments": command["arguments"] });
    let result = client.ask("workspace/executeCommand", run.clone());
    assert_eq!(result["passed"], true, "{result:#}");
    assert_eq!(titles(&mut client, STATUS)[0].0, "passed · run again");
    // Other rules, and what came of the old ones is gone.
    let broken = text.replacen(
        "Cancelled, Rejected, Combined   ->  Cancelled ",
        "Cancelled, Rejected, Combined   ->  nothing because so #",
        1,
    );
    let broken = broken.replace("Cancelled, Rejected, Combined   ->  park", "# ->");
    client.replace(STATUS, 2, &broken);
    assert_eq!(titles(&mut client, STATUS)[0].0, "run test");
    let name = command["arguments"][1].clone();
    let wrong = json!({ "command": "petiole.runTest", "arguments": [client.at(STATUS), "no such test"] });
    let answer = client.answered("workspace/executeCommand", wrong);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("no such test") || message.contains("without errors"), "{name}: {answer}");
}

#[test]
fn a_test_that_fails_says_why() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let file = "rules/tests/more.yaml";
    let test = "tests:
  - name: nothing comes over
    given:
      settings: { mode: live }
      leaflink.order: { number: N1, status: Accepted }
      flourish.outbound_order: { order_status: Created }
      linked: true
    when:
      leaflink.order: { status: Cancelled }
    then:
      flourish.outbound_order: { order_status: Shipped }
";
    client.open(file, test);
    let run = json!({ "command": "petiole.runTest", "arguments": [client.at(file), "nothing comes over"] });
    let result = client.ask("workspace/executeCommand", run);
    assert_eq!(result["passed"], false, "{result:#}");
    assert!(result["text"].as_str().unwrap().contains("Shipped"), "{result:#}");
    assert!(titles(&mut client, file)[0].0.starts_with("failed: "));
}

#[test]
fn a_finding_with_one_answer_is_mended_by_it() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let orders = "rules/pipelines/orders.yaml";
    let text = client.open_saved(orders).replacen("via table order_status", "via table order_statu", 1);
    client.replace(orders, 2, &text);
    let found = client.findings_of(orders, 2);
    let broken = found.iter().find(|one| one["code"] == "unknown-table").unwrap().clone();
    let params = json!({
        "textDocument": { "uri": client.at(orders) }, "range": broken["range"], "context": { "diagnostics": [broken] },
    });
    let actions = client.ask("textDocument/codeAction", params);
    // Whether this finding has a change is the finding's own affair; what there is must be whole.
    for action in actions.as_array().unwrap() {
        assert_eq!(action["kind"], "quickfix");
        assert!(action["edit"]["documentChanges"].is_array(), "{action:#}");
    }
}

#[test]
fn tokens_say_what_each_name_is() {
    let folder = shipped();
    let mut client = Client::start(&folder.0, &["utf-8"]);
    let orders = "rules/pipelines/orders.yaml";
    let text = client.open_saved(orders);
    let legend = client.offers["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
    let params = json!({ "textDocument": { "uri": client.at(orders) } });
    let data = client.ask("textDocument/semanticTokens/full", params)["data"].clone();
    let numbers: Vec<usize> =
        data.as_array().unwrap().iter().map(|one| usize::try_from(one.as_u64().unwrap()).unwrap()).collect();
    let lines: Vec<&str> = text.lines().collect();
    let (mut line, mut column) = (0, 0);
    let mut seen = BTreeSet::new();
    for token in numbers.chunks(5) {
        column = if token[0] == 0 { column + token[1] } else { token[1] };
        line += token[0];
        let word = &lines[line][column..column + token[2]];
        seen.insert((word.to_owned(), legend[token[3]].as_str().unwrap().to_owned()));
    }
    for (word, kind) in [
        ("leaflink", "namespace"),
        ("status", "property"),
        ("->", "operator"),
        ("via", "keyword"),
        ("rep", "variable"),
        ("unit_price", "function"),
        ("payment_terms", "enum"),
        ("order", "struct"),
    ] {
        assert!(seen.contains(&(word.to_owned(), kind.to_owned())), "{word} is a {kind}: {seen:?}");
    }
}

/// Words that the grammars have in quotes.
fn words_of_the_grammar() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for file in ["rule.pest", "expression.pest"] {
        let text = std::fs::read_to_string(format!("{}/grammar/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for line in text.lines().filter(|line| !line.starts_with("//")) {
            let quoted = line.split('"').skip(1).step_by(2);
            let plain = quoted.filter(|text| text.chars().all(|letter| letter.is_ascii_lowercase() || letter == ' '));
            words.extend(plain.flat_map(str::split_whitespace).filter(|word| word.len() > 1).map(str::to_owned));
        }
    }
    words
}

#[test]
fn the_colours_know_the_words_of_the_grammar() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/editors/petiole.tmLanguage.json"));
    let grammar: Json = serde_json::from_str(&text.unwrap()).unwrap();
    let words = |name: &str| -> BTreeSet<String> {
        let rule = grammar["repository"][name]["match"].as_str().unwrap();
        let inside = rule.split("(?:").nth(1).unwrap().split(')').next().unwrap();
        inside.split('|').map(str::to_owned).collect()
    };
    let coloured: BTreeSet<String> = words("keyword").union(&words("constant")).cloned().collect();
    assert_eq!(coloured, words_of_the_grammar());
}
