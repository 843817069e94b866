//! An explanation as text: first why the state, or the field that was asked for, is what it is; then everything else.
//!
//! Reads the form that scripts get, so that a service's answer and a store's own look the same.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::diagnostic::places::places;
use crate::view::shown::{plain, value};
use crate::view::told::{list, number, when, word};

/// Rule lines of each file that are shown.
const PLACES_SHOWN: usize = 4;

/// What a rule may come to without being worth a line where nobody asked for its field.
pub const USUAL: [&str; 4] = ["asked", "in-step", "unchanged", "on-create"];

/// The explanation for people; `with_calls`: word by word what went over the wire.
pub fn text(told: &Json, with_calls: bool) -> String {
    let mut out = String::new();
    for pair in list(told, "pairs") {
        head(&mut out, told, pair);
        stood(&mut out, pair);
        let (main, others): (Vec<&Json>, Vec<&Json>) =
            list(pair, "fields").partition(|field| is_main(told, pair, field));
        for field in main {
            in_full(&mut out, pair, field);
        }
        if !others.is_empty() {
            out.push_str("other fields:\n");
        }
        for field in others {
            in_brief(&mut out, field);
        }
        out.push('\n');
    }
    for one in list(told, "standing") {
        let _ = writeln!(out, "{} {}", plain(word(told, "/record")), plain(word(one, "/text")));
    }
    parks(&mut out, told);
    open(&mut out, told);
    calls(&mut out, told, with_calls);
    timeline(&mut out, told);
    out
}

/// Whether two values are told alike: a key that was sent as text and is shown as a number is the same.
fn is_same(one: Option<&Json>, other: Option<&Json>) -> bool {
    let text = |json: Option<&Json>| match json {
        Some(Json::String(text)) => Some(text.clone()),
        Some(Json::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    one == other || text(one).is_some_and(|one| Some(one) == text(other))
}

fn is_main(told: &Json, pair: &Json, field: &Json) -> bool {
    if !word(told, "/field").is_empty() {
        return true;
    }
    let own = word(field, &format!("/{}/field", word(pair, "/side")));
    own.split_once('.').is_some_and(|(_, name)| name == word(told, "/state_field"))
}

/// Who belongs together.
fn head(out: &mut String, told: &Json, pair: &Json) {
    let (left, right) = (plain(word(pair, "/left")), plain(word(pair, "/right")));
    let pipeline = word(pair, "/pipeline");
    if word(pair, "/linked").is_empty() {
        let _ = writeln!(out, "{} has no counterpart in pipeline `{pipeline}`", plain(word(told, "/record")));
        return;
    }
    let by = if pair.get("by_hand") == Some(&Json::Bool(true)) { ", by hand" } else { "" };
    let _ = writeln!(out, "{left} and {right} are a pair (`{pipeline}`, since {}{by})", when(pair, "/linked"));
}

/// What the last decision came to, where that is no write: why there is no counterpart, and what stopped.
fn stood(out: &mut String, pair: &Json) {
    let Some(decided) = pair.get("decided").filter(|decided| decided.is_object()) else {
        out.push_str(
            "  no decision about it is kept: either nothing was to be done whenever it was looked at, or it is ",
        );
        out.push_str("older than the journal reaches back\n");
        if pair.get("creates").is_some_and(Json::is_object) {
            out.push_str("  a counterpart is created where this holds:\n");
            rule(out, "    ", pair.get("creates"));
        }
        return;
    };
    if word(pair, "/linked").is_empty() {
        let told = word(decided, "/told/text");
        let _ = writeln!(
            out,
            "  last decided {} by generation {}: {told}",
            when(decided, "/at"),
            number(decided, "generation")
        );
        if !word(decided, "/unmatched").is_empty() {
            let _ = writeln!(out, "  {}", plain(word(decided, "/unmatched")));
        }
        for create in list(pair, "create") {
            let _ = writeln!(out, "  {}: {}", plain(word(create, "/about")), word(create, "/text"));
            rule(out, "    ", create.get("rule"));
        }
    }
    for stop in list(decided, "stops") {
        let _ = writeln!(out, "  stopped {}: {}", when(decided, "/at"), plain(word(stop, "/message")));
        rule(out, "    ", stop.get("rule"));
    }
}

/// A field with everything about it.
fn in_full(out: &mut String, pair: &Json, field: &Json) {
    let own = word(pair, "/side");
    let other = if own == "left" { "right" } else { "left" };
    for side in [own, other].into_iter().filter_map(|side| field.get(side)) {
        let name = word(side, "/field");
        if name.is_empty() && side.get("known") != Some(&Json::Bool(true)) {
            continue;
        }
        let name = if name.is_empty() { word(field, "/means") } else { name };
        let _ = writeln!(out, "{}: {}", plain(name), held(side));
        if word(side, "/field").is_empty() {
            out.push_str("  worked out by the rule\n");
            continue;
        }
        written(out, side);
    }
    came(out, pair, field);
}

fn held(side: &Json) -> String {
    match side.get("known") {
        Some(Json::Bool(true)) => value(side.get("value").unwrap_or(&Json::Null)),
        _ => "not kept".to_owned(),
    }
}

/// The write that made a value what it is.
fn written(out: &mut String, side: &Json) {
    let Some(written) = side.get("written").filter(|written| written.is_object()) else {
        if !word(side, "/record").is_empty() {
            out.push_str("  not written by petiole, as far as the history is kept: it is the system's own\n");
        }
        return;
    };
    let before = written.get("before").filter(|before| !before.is_null());
    let before = before.map(|before| format!(" in the place of {}", value(before))).unwrap_or_default();
    let by = written.get("generation").filter(|number| number.is_number());
    let by = by.map(|number| format!(", by generation {number}")).unwrap_or_default();
    let what = if word(written, "/action") == "created" { "created with it" } else { "written" };
    let _ = writeln!(out, "  {what} {}{before}{by}", when(written, "/at"));
    if !is_same(written.get("value"), side.get("value")) {
        let sent = value(written.get("value").unwrap_or(&Json::Null));
        let _ = writeln!(out, "  what was written is {sent}: it was changed since, or kept otherwise");
    }
    list(written, "lines").for_each(|line| rule(out, "    ", Some(line)));
    let Some(told) = written.get("told").filter(|told| told.is_object()) else {
        out.push_str("  the decision that led to it is not kept any more\n");
        return;
    };
    let at = when(told, "/at");
    let at = if at.is_empty() { at } else { format!(" ({at})") };
    let _ = writeln!(out, "  because of {}: {}{at}", plain(word(told, "/record")), word(told, "/text"));
}

/// What the rule came to when it was last decided.
fn came(out: &mut String, pair: &Json, field: &Json) {
    out.push_str("rule:\n");
    rule(out, "  ", field.get("rule"));
    if !word(field, "/because").is_empty() {
        let _ = writeln!(out, "  because {}", plain(word(field, "/because")));
    }
    let Some(again) = pair.get("again").filter(|again| again.is_object()) else { return };
    let rules = if again.get("same_rules") == Some(&Json::Bool(true)) {
        String::new()
    } else {
        let then = number(again, "generation");
        format!(", by the rules of now: those of generation {then} are not kept")
    };
    let _ = writeln!(out, "  when last decided, {}{rules}:", when(again, "/at"));
    if !word(again, "/not").is_empty() {
        let _ = writeln!(out, "    {}", word(again, "/not"));
    }
    for came in list(field, "came") {
        let about = word(came, "/about");
        let about = if about.is_empty() { String::new() } else { format!("{}: ", plain(about)) };
        let _ = writeln!(out, "    {about}{}", word(came, "/text"));
    }
}

/// A field in a line, and what kept its rule silent where that is not the usual.
fn in_brief(out: &mut String, field: &Json) {
    let side = |name: &str| {
        let side = field.get(name)?;
        let is_known = side.get("known") == Some(&Json::Bool(true));
        match plain(word(side, "/field")) {
            label if label.is_empty() => is_known.then(|| held(side)),
            label => Some(format!("{label} {}", held(side))),
        }
    };
    let sides: Vec<String> = ["left", "right"].into_iter().filter_map(side).collect();
    let place = place(field.get("rule"));
    let _ = writeln!(out, "  {}  ({place})", sides.join(" | "));
    for name in ["left", "right"] {
        let at = when(field, &format!("/{name}/written/at"));
        if !at.is_empty() {
            let _ = writeln!(out, "    {} written {at}", plain(word(field, &format!("/{name}/field"))));
        }
    }
    for came in list(field, "came").filter(|came| !USUAL.contains(&word(came, "/came"))) {
        let _ = writeln!(out, "    {}", word(came, "/text"));
    }
}

fn parks(out: &mut String, told: &Json) {
    for park in list(told, "parks") {
        let _ = writeln!(out, "parked since {}: {}", when(park, "/since"), plain(word(park, "/message")));
        let line = park.pointer("/rule/line").map(ToString::to_string).unwrap_or_default();
        let _ =
            writeln!(out, "  rule {}:{line}; when mended: {}", plain(word(park, "/rule/file")), word(park, "/mend"));
    }
}

fn open(out: &mut String, told: &Json) {
    for open in list(told, "open") {
        let _ = writeln!(
            out,
            "begun {} and not known to have ended: {} of {}.{} {}",
            when(open, "/at"),
            word(open, "/action"),
            plain(word(open, "/account")),
            plain(word(open, "/record")),
            plain(word(open, "/id")),
        );
    }
}

/// What was called, a line each; with all that was sent and came back where that is asked for.
fn calls(out: &mut String, told: &Json, whole: bool) {
    let mut calls = list(told, "calls").peekable();
    if calls.peek().is_some() {
        let more = if whole { "" } else { " (word by word with --calls)" };
        let _ = writeln!(out, "calls that wrote or failed{more}:");
    }
    for call in calls {
        let ended = match call.get("status").filter(|status| status.is_number()) {
            Some(status) => format!("{status}"),
            None => plain(word(call, "/failure")),
        };
        let took = number(call, "took_ms");
        let id = plain(word(call, "/request_id"));
        let id = if id.is_empty() { id } else { format!(", request {id}") };
        let (method, url) = (word(call, "/method"), plain(word(call, "/url")));
        let _ = writeln!(out, "  {}  {method} {url}: {ended} in {took} ms{id}", when(call, "/at"));
        if whole {
            let _ = writeln!(out, "    {}{}", plain(word(call, "/curl")), plain(word(call, "/done")));
            let _ = writeln!(out, "    {}", plain(word(call, "/answer")));
        }
    }
}

fn timeline(out: &mut String, told: &Json) {
    let mut lines = list(told, "timeline").peekable();
    if lines.peek().is_some() {
        out.push_str("time line:\n");
    }
    let asked = asked_names(told);
    for line in lines {
        let _ = writeln!(out, "  {}  {}", when(line, "/at"), plain(word(line, "/what")));
        let details = line.get("detail").and_then(Json::as_object).into_iter().flatten();
        for (name, held) in details.filter(|(name, _)| asked.is_empty() || asked.contains(&name.as_str())) {
            let _ = writeln!(out, "      {} {}", plain(name), value(held));
        }
        let text = word(line, "/decision/told/text");
        if !text.is_empty() {
            let _ = writeln!(out, "      {text}");
        }
        for stop in list(line.get("decision").unwrap_or(&Json::Null), "stops") {
            let _ = writeln!(out, "      {}", plain(word(stop, "/message")));
        }
        let places = places(list(line, "lines").filter_map(Json::as_str), PLACES_SHOWN);
        if !places.is_empty() {
            let _ = writeln!(out, "      by {}", plain(&places));
        }
    }
}

/// The names in what was written that are about the field asked for, steps between states among them; none: all are.
fn asked_names(told: &Json) -> Vec<&str> {
    if word(told, "/field").is_empty() {
        return Vec::new();
    }
    let fields = list(told, "pairs").flat_map(|pair| list(pair, "fields"));
    let named = fields.flat_map(|field| [word(field, "/left/field"), word(field, "/right/field")]);
    let first = named.filter_map(|name| name.split_once('.')?.1.split(['.', '[']).next());
    first.chain(["from", "to"]).collect()
}

fn place(line: Option<&Json>) -> String {
    let Some(line) = line else { return String::new() };
    format!("{}:{}", plain(word(line, "/file")), number(line, "line"))
}

/// A rule line with what it says.
fn rule(out: &mut String, before: &str, line: Option<&Json>) {
    if line.is_some_and(Json::is_object) {
        let text = plain(line.map(|line| word(line, "/text")).unwrap_or_default());
        let _ = writeln!(out, "{}", format!("{before}{}   {text}", place(line)).trim_end());
    }
}
