//! A secret that somebody wrote into a file is not shown, however the line around it is broken.

use petiole::diagnostic::{json, render::render, sarif};
use petiole::language;
use petiole::language::source::{SourceFile, SourceMap, bare_secrets};

const SECRET: &str = "hunter2secret";

const ACCOUNTS: &str = "accounts:
  shop:
    system: shop
    base_url: https://shop.example
    secrets:
      api_key: hunter2secret
      webhook_key: ${SHOP_KEY}
  depot:
    system: depot
    base_url: https://depot.example
    secrets:
      webhook_key: \"hunter2secret\"
";

/// What a slip of the finger leaves, and what YAML reads in its own way.
const LETTERS: [&str; 20] =
    ["\t", " ", "  ", ":", "-", "- ", "\"", "'", "{", "[", "|", "&", "*", "!", "@", "#", "=", "x", "\n", "}"];

fn shown(text: &str) -> String {
    let file = SourceFile { name: "rules/accounts.yaml".to_owned(), text: text.to_owned() };
    let compiled = language::compile_texts(SourceMap::new(vec![file]));
    let (found, sources) = (&compiled.findings, &compiled.sources);
    let whole = sarif::render(found, sources, |_| None::<String>);
    format!("{}\n{:#}\n{whole:#}", render(found, sources, false), json::render(found, sources))
}

/// A text with one letter less, more, or other than it was, outside the secrets themselves.
fn slipped(random: &mut fastrand::Rng, text: &str) -> String {
    let within = |at: usize| text.match_indices(SECRET).any(|(from, _)| (from..from + SECRET.len()).contains(&at));
    let places: Vec<usize> = (0..text.len()).filter(|at| !within(*at)).collect();
    let at = places[random.usize(..places.len())];
    let letter = LETTERS[random.usize(..LETTERS.len())];
    let (before, after) = text.split_at(at);
    match random.usize(..3) {
        0 => format!("{before}{}", &after[1..]),
        1 => format!("{before}{letter}{after}"),
        _ => format!("{before}{letter}{}", &after[1..]),
    }
}

#[test]
fn no_broken_line_shows_a_secret() {
    let seed =
        std::env::var("PETIOLE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("PETIOLE_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut told, mut leaks) = (0, Vec::new());
    for _ in 0..400 {
        let mut text = ACCOUNTS.to_owned();
        for _ in 0..random.usize(1..4) {
            text = slipped(&mut random, &text);
        }
        let said = shown(&text);
        told += usize::from(said.contains("rules/accounts.yaml"));
        if said.contains(SECRET) {
            leaks.push(format!("{text}\n{said}"));
        }
    }
    assert!(told > 350, "PETIOLE_SEED={seed}: {told} of 400 were told of");
    assert!(leaks.is_empty(), "PETIOLE_SEED={seed}: {} leaks\n{}", leaks.len(), leaks[0]);
}

#[test]
fn what_only_names_a_secret_is_shown() {
    let open = |name: &str, text: &str| {
        let sources = SourceMap::new(vec![SourceFile { name: name.to_owned(), text: text.to_owned() }]);
        bare_secrets::places(&sources).len()
    };
    assert_eq!(open("accounts.yaml", "accounts:\n  a:\n    secrets:\n      key: ${A_KEY}\n"), 0);
    assert_eq!(open("shop.yaml", "webhook:\n  header: X-Signature\n  secret: webhook_key\n"), 0);
    assert_eq!(open("shop.yaml", "http:\n  auth: Authorization = Bearer {secrets.api_key}\n"), 0);
    assert_eq!(open("accounts.yaml", "accounts:\n  a:\n    secrets:\n      key: ${A_KEY:-open}\n"), 1);
    assert_eq!(open("settings.yaml", "settings:\n  notify:\n    webhook: https://hooks.example/T0/B1/xyz\n"), 1);
}

#[test]
fn nothing_of_the_rules_that_ship_looks_like_a_secret() {
    let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let (sources, _) = language::source::load(&petiole::world::SystemFiles, &[rules]);
    assert!(sources.files().count() > 15);
    let line = |place: &petiole::diagnostic::Span| sources.line_of(*place);
    let places = bare_secrets::places(&sources);
    assert!(places.is_empty(), "{:?}", places.iter().map(line).collect::<Vec<_>>());
}
