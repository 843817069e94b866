//! YAML in which what nobody sees is spelt: texts with signs that steer or hide stand in quotes, as escapes.
//!
//! The writer of YAML leaves such signs as they are, and checking rules refuses them where they stand bare.

use serde_yaml::{Mapping, Value as Yaml};

use crate::view::shown::is_odd;

/// What stands in a text's place while the rest is written; ends in a mark, so that none begins another.
const MARK: &str = "PetioleSpeltText";

/// A document as text.
pub(super) fn text(yaml: &Yaml) -> Option<String> {
    let mut spelt = Vec::new();
    let marked = marked(yaml, &mut spelt);
    let text = serde_yaml::to_string(&marked).ok()?;
    let each = spelt.iter().enumerate();
    Some(each.fold(text, |text, (at, spelt)| text.replacen(&mark(at), spelt, 1)))
}

fn mark(at: usize) -> String {
    format!("{MARK}{at}x")
}

fn marked(yaml: &Yaml, spelt: &mut Vec<String>) -> Yaml {
    match yaml {
        Yaml::String(text) if needs(text) => {
            spelt.push(quoted(text));
            Yaml::String(mark(spelt.len() - 1))
        }
        Yaml::Sequence(items) => Yaml::Sequence(items.iter().map(|item| marked(item, spelt)).collect()),
        Yaml::Mapping(fields) => {
            let pair = |(key, value): (&Yaml, &Yaml)| (marked(key, spelt), marked(value, spelt));
            Yaml::Mapping(fields.iter().map(pair).collect::<Mapping>())
        }
        other => other.clone(),
    }
}

/// Whether a text has to be spelt; one that looks like a mark is, so that it stays what it is.
fn needs(text: &str) -> bool {
    text.contains(MARK) || text.chars().any(|sign| is_hidden(sign) && sign != '\n')
}

fn is_hidden(sign: char) -> bool {
    is_odd(sign) || sign.is_whitespace() && sign != ' '
}

fn quoted(text: &str) -> String {
    let inner: String = text.chars().map(letter).collect();
    format!("\"{inner}\"")
}

fn letter(sign: char) -> String {
    match sign {
        '"' | '\\' => format!("\\{sign}"),
        // A mark that stands in the text must not be taken for one.
        'P' => "\\u0050".to_owned(),
        _ if is_hidden(sign) && u32::from(sign) <= 0xffff => format!("\\u{:04x}", u32::from(sign)),
        _ if is_hidden(sign) => format!("\\U{:08x}", u32::from(sign)),
        _ => sign.to_string(),
    }
}
