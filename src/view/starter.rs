//! A small rule set to start from: two systems by name, and what joins them.
//!
//! The texts stand beside this file, with LEFT and RIGHT where the names belong; what holds nothing but names is made
//! from data. Knows no folder: whoever asks writes the files.

use serde_yaml::{Mapping, Value as Yaml};

/// The longest name of a system.
pub const NAME_MAX: usize = 40;

/// Words that begin paths of their own or mean something between values.
const TAKEN: [&str; 14] = [
    "settings", "account", "secrets", "if", "then", "else", "and", "or", "not", "in", "where", "park", "null",
    "nothing",
];

/// The texts with names in them, each with where it goes.
const TEXTS: [(&str, &str); 6] = [
    ("README.md", include_str!("starter/README.md")),
    ("settings.yaml", include_str!("starter/settings.yaml")),
    ("systems/LEFT.yaml", include_str!("starter/left.yaml")),
    ("systems/RIGHT.yaml", include_str!("starter/right.yaml")),
    ("pipelines/orders.yaml", include_str!("starter/orders.yaml")),
    ("tables/order_states.yaml", include_str!("starter/order_states.yaml")),
];

/// The files of a set, each with its path in the set's folder.
///
/// # Errors
/// Says what no name of a system is.
pub fn starter(left: &str, right: &str) -> Result<Vec<(String, String)>, String> {
    if let Some(fault) = fault(left).or_else(|| fault(right)) {
        return Err(fault);
    }
    if left == right {
        return Err(format!("both systems are called `{left}`; give one of them another name"));
    }
    let named = |text: &str| {
        let texts = [("LEFT_ENV", variable(left)), ("RIGHT_ENV", variable(right))];
        let names = [("LEFT", left.to_owned()), ("RIGHT", right.to_owned())];
        texts.iter().chain(&names).fold(text.to_owned(), |text, (mark, name)| text.replace(mark, name))
    };
    let mut files: Vec<(String, String)> = TEXTS.iter().map(|(path, text)| (named(path), named(text))).collect();
    files.push(("accounts.yaml".to_owned(), written("accounts", accounts(left, right))?));
    files.push(("ownership.yaml".to_owned(), written("ownership", ownership(left))?));
    Ok(files)
}

/// Why a text is no name of a system.
pub(super) fn fault(name: &str) -> Option<String> {
    let begins = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    let holds = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if TAKEN.contains(&name) {
        return Some(format!("`{name}` is a word of the language; give the system another name"));
    }
    let is_name = begins && name.chars().all(holds) && name.len() <= NAME_MAX;
    (!is_name).then(|| {
        format!(
            "`{}` is no name of a system: small letters, digits and `_`, a letter first, {NAME_MAX} at most",
            name.chars().take(NAME_MAX).collect::<String>()
        )
    })
}

/// What a system's variables begin with.
fn variable(name: &str) -> String {
    name.to_uppercase()
}

fn map(entries: impl IntoIterator<Item = (String, Yaml)>) -> Yaml {
    Yaml::Mapping(entries.into_iter().map(|(key, value)| (Yaml::from(key), value)).collect::<Mapping>())
}

fn accounts(left: &str, right: &str) -> Yaml {
    map([left, right].map(|name| {
        let reference = |what: &str| Yaml::from(format!("${{{}_{what}}}", variable(name)));
        let account = map([
            ("system".to_owned(), Yaml::from(name)),
            ("base_url".to_owned(), reference("URL")),
            ("secrets".to_owned(), map([("api_key".to_owned(), reference("API_KEY"))])),
        ]);
        (name.to_owned(), account)
    }))
}

fn ownership(left: &str) -> Yaml {
    let groups = [("create", left), ("what", left), ("stage", "both")];
    let groups = groups.map(|(group, owner)| (group.to_owned(), Yaml::from(owner)));
    map([("orders".to_owned(), map(groups))])
}

fn written(kind: &str, data: Yaml) -> Result<String, String> {
    serde_yaml::to_string(&map([(kind.to_owned(), data)])).map_err(|error| error.to_string())
}
