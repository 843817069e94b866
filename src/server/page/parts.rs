//! The small things of which pages are made: a time, a record, a rule line, a light, a command.

use std::time::Duration;

use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::Value as Json;

use crate::connector::request::percent_encode;
use crate::value::{duration, timestamp};
use crate::view::shown::{self, plain};
use crate::view::told::word;

/// Letters of a text that are shown; the beginning tells what it is.
const TEXT_MAX: usize = 400;

/// Letters of a key that are shown where the whole of it stands behind.
const KEY_MAX: usize = 13;

/// A text of whoever, on one line: what would steer or hide is spelt, and its end left out where it is long.
pub(super) fn shown(text: &str) -> Markup {
    let whole = plain(text);
    let short: String = whole.chars().take(TEXT_MAX).collect();
    html! { bdi.t { (short) @if short.len() < whole.len() { "…" } } }
}

/// A value of a record.
pub(super) fn value(json: &Json) -> Markup {
    html! { bdi.v { (shown::value(json)) } }
}

/// An instant as how long ago it was, or in how long it will be; the instant itself stands behind it.
pub(super) fn time(text: &str, now: Timestamp) -> Markup {
    let Some(at) = timestamp::parse(text) else { return html! { span.dim { "never" } } };
    let apart = Duration::try_from(now.duration_since(at).abs()).unwrap_or_default();
    let about = match duration::about(apart) {
        _ if apart < Duration::from_secs(1) => "now".to_owned(),
        about if at > now => format!("in {about}"),
        about => format!("{about} ago"),
    };
    html! { time datetime=(timestamp::text(at)) title=(timestamp::text_to_second(at)) { (about) } }
}

/// A length of time.
pub(super) fn length(length: Duration) -> Markup {
    html! { (duration::about(length)) }
}

/// Where a record's page is.
pub(super) fn record_path(name: &str) -> String {
    let (kind, id) = name.split_once('/').unwrap_or((name, ""));
    format!("/r/{}/{}", percent_encode(kind), percent_encode(id))
}

/// A record, as a link to its page: a long key is shortened, and whole behind it.
pub(super) fn record(name: &str) -> Markup {
    let (kind, id) = name.split_once('/').unwrap_or((name, ""));
    if id.is_empty() {
        return html! { span.record { (plain(name)) } };
    }
    let id = plain(id);
    let short: String =
        if id.chars().count() > KEY_MAX + 1 { id.chars().take(KEY_MAX).chain(['…']).collect() } else { id.clone() };
    html! { a.record href=(record_path(name)) title=(plain(name)) { span.dim { (plain(kind)) "/" } bdi { (short) } } }
}

/// A rule line, with what it says where that is known.
pub(super) fn rule(line: &Json) -> Markup {
    let number = line.get("line").map(ToString::to_string).unwrap_or_default();
    let text = word(line, "/text");
    let file = word(line, "/file");
    html! {
        @if !file.is_empty() {
            span.rule {
                a href=(rule_path(file, &number)) { (plain(file)) ":" (number) }
                @if !text.is_empty() { " " code { (plain(text)) } }
            }
        }
    }
}

/// Where a line of the served rules is shown.
pub(super) fn rule_path(file: &str, line: &str) -> String {
    format!("/rules?file={}&line={line}#L{line}", percent_encode(file))
}

/// The command that does the same.
pub(super) fn command(text: &str) -> Markup {
    html! { p.command { code { (plain(text)) } } }
}

/// A number that leads to what it counts; none of it leads nowhere.
pub(super) fn count(number: u64, to: &str) -> Markup {
    html! { @if number == 0 { span.none { "0" } } @else { a href=(to) { (number) } } }
}

/// How well something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Light {
    Good,
    Look,
    Bad,
    Unknown,
}

impl Light {
    /// A light by its word, as health has it.
    pub(super) fn of(state: &str) -> Self {
        match state {
            "well" => Self::Good,
            "trouble" => Self::Bad,
            "waits" | "busy" => Self::Look,
            _ => Self::Unknown,
        }
    }

    fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("good", "●"),
            Self::Look => ("look", "▲"),
            Self::Bad => ("bad", "■"),
            Self::Unknown => ("unknown", "○"),
        }
    }
}

/// A light with its word: the form says as much as the colour.
pub(super) fn light(light: Light, said: &str) -> Markup {
    let (class, sign) = light.parts();
    html! { span.light.(class) { span aria-hidden="true" { (sign) } " " (plain(said)) } }
}
