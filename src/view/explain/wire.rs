//! A call as it went over the wire, for people and scripts, and as a line for a shell that makes it again.
//!
//! Where a secret was sent stands the variable that it came from: the shell that makes the call has to know it.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::store::CallEntry;
use crate::value::timestamp;
use crate::view::shown::is_odd;
use crate::world::TablePlace;

/// A call.
pub(super) fn call(entry: &CallEntry) -> Json {
    let mut told: Json = serde_json::from_str(&entry.told).unwrap_or_else(|_| json!({}));
    // No shell makes a call of a file again; what became of the file is said instead.
    let (key, line) = match done(&told) {
        Some(done) => ("done", done),
        None => ("curl", curl(&told)),
    };
    if let Some(told) = told.as_object_mut() {
        told.insert("at".to_owned(), timestamp::text(entry.at).into());
        told.insert("for".to_owned(), entry.target.as_ref().map(ToString::to_string).into());
        told.insert(key.to_owned(), line.into());
    }
    told
}

/// What a call did to a table in a folder; none where it went to a server.
fn done(told: &Json) -> Option<String> {
    let word = |key: &str| told.get(key).and_then(Json::as_str).unwrap_or_default();
    if !TablePlace::is_folder(word("url")) {
        return None;
    }
    let place = TablePlace::of(word("url")).ok()?;
    let which = match place.one() {
        Some((column, value)) => format!("the record whose {column} is {value:?}"),
        None => "its records".to_owned(),
    };
    let status = told.get("status").and_then(Json::as_u64).unwrap_or_default();
    let was = if (200..300).contains(&status) { "" } else { "not " };
    let (file, body) = (format!("`{}`", place.file().display()), spelt(word("body")));
    Some(match word("method") {
        "POST" => format!("{was}added to {file}: {body}"),
        "PATCH" | "PUT" => format!("{was}changed in {file}, {which}: {body}"),
        "DELETE" => format!("{was}taken out of {file}: {which}"),
        _ => format!("{was}read from {file}: {which}"),
    })
}

/// The call as a line for a shell. Variables are filled in but for the body, and only those that secrets came from.
fn curl(told: &Json) -> String {
    let word = |key: &str| told.get(key).and_then(Json::as_str).unwrap_or_default();
    let list = |key: &str| told.get(key).and_then(Json::as_array).into_iter().flatten();
    let variables: Vec<String> =
        list("variables").filter_map(Json::as_str).map(|name| format!("${{{name}}}")).collect();
    let filled = |text: &str| {
        let fill = |text: String, name: &String| text.replace(name.as_str(), &format!("'\"{name}\"'"));
        variables.iter().fold(quoted(text), fill)
    };
    let mut line = format!("curl -X {} {}", quoted(word("method")), filled(word("url")));
    if !word("user").is_empty() {
        let _ = write!(line, " -u {}", filled(word("user")));
    }
    for header in list("headers") {
        let part = |key: &str| header.get(key).and_then(Json::as_str).unwrap_or_default();
        let _ = write!(line, " -H {}", filled(&format!("{}: {}", part("name"), part("value"))));
    }
    if !word("body").is_empty() {
        let _ = write!(line, " --data-raw {}", quoted(&spelt(word("body"))));
    }
    line
}

/// A body in which what nobody sees is spelt as JSON spells it: what is copied from a screen is what was sent.
fn spelt(body: &str) -> String {
    let spelt = |sign: char| match sign {
        '\n' => "\n".to_owned(),
        // Signs beyond the first plane hide nothing.
        _ if is_odd(sign) => format!("\\u{:04x}", u32::from(sign)),
        _ => sign.to_string(),
    };
    body.chars().map(spelt).collect()
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
