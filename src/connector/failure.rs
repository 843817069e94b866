//! Why a call did not do what was asked, sorted by what to do about it.
//!
//! The system file says which answers mean what; this turns an answer or a broken connection
//! into a failure in plain words. Texts of peers are bounded, and free of secrets once the
//! connector hands them out.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::{rate_limit, response};
use crate::language::plan::{ErrorMeaning, ErrorRules, RecordType, WordedError};
use crate::value::{Value, json};
use crate::world::{Response, TransportError};

/// The longest peer message kept, in characters.
pub const MESSAGE_CHARS_MAX: usize = 500;
/// The most of a refused body kept, in characters.
pub const BODY_CHARS_MAX: usize = 4_000;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// May work later.
    Transient {
        /// What happened.
        message: String,
        /// The status, where an answer came.
        status: Option<u16>,
        /// How long the peer, or the account's own brakes, ask to wait.
        retry_after: Option<Duration>,
        /// Whether the peer may have acted although no good answer came. Always false for reads.
        maybe_done: bool,
    },
    /// Refused for good: the same call would be refused again.
    Refused {
        /// The status.
        status: u16,
        /// The peer's own words.
        message: String,
        /// The beginning of the answer.
        body: String,
    },
    /// The peer does not accept the account's credentials; nothing on this account will work.
    Unauthorised {
        /// The status.
        status: u16,
        /// The peer's own words.
        message: String,
    },
    /// What was read is no JSON beyond single values, or too large: what else the account holds can be read.
    Unreadable {
        /// What is wrong with it.
        message: String,
        /// The beginning of the answer, for what can be told of it; `None`: it broke off, and may be whole next time.
        text: Option<String>,
    },
    /// The record is another by now than the one that the change was decided on. Nothing was done.
    Stale {
        /// The peer's own words.
        message: String,
    },
    /// The record is not there.
    Gone,
    /// The system file has no such call, or a value the call needs is not known. Nothing was sent.
    Unsupported {
        /// What is missing.
        message: String,
    },
}

impl Failure {
    /// Nothing was sent, because of this.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::Unsupported { message: message.into() }
    }

    /// An answer that cannot be used, which may be better next time.
    pub fn unusable(message: impl Into<String>, status: Option<u16>, maybe_done: bool) -> Self {
        Self::Transient { message: message.into(), status, retry_after: None, maybe_done }
    }

    /// This failure with the place that it happened at.
    #[must_use]
    pub(super) fn at(self, place: &str) -> Self {
        match self {
            Self::Transient { message, status, retry_after, maybe_done } => {
                Self::Transient { message: format!("{place}: {message}"), status, retry_after, maybe_done }
            }
            Self::Refused { status, message, body } => {
                Self::Refused { status, message: format!("{place}: {message}"), body }
            }
            Self::Unauthorised { status, message } => {
                Self::Unauthorised { status, message: format!("{place}: {message}") }
            }
            Self::Stale { message } => Self::Stale { message: format!("{place}: {message}") },
            other @ (Self::Gone | Self::Unsupported { .. }) => other,
            Self::Unreadable { message, text } => Self::Unreadable { message: format!("{place}: {message}"), text },
        }
    }

    /// Whether another try may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. } | Self::Unreadable { .. })
    }

    /// Whether the peer did not let the call in: what opens the account may be no good any more.
    pub fn is_refused_entry(&self) -> bool {
        matches!(self, Self::Unauthorised { status: 401, .. })
    }

    /// Whether the peer refused to handle the call for now and said for how long.
    pub fn is_throttled(&self) -> bool {
        matches!(self, Self::Transient { status: Some(429), retry_after: Some(_), maybe_done: false, .. })
    }

    /// Whether the peer may have acted.
    pub fn maybe_done(&self) -> bool {
        matches!(self, Self::Transient { maybe_done: true, .. })
    }

    /// How long to wait at least.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Transient { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// This failure with every text passed through `clean`.
    #[must_use]
    pub fn map_texts(self, clean: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Transient { message, status, retry_after, maybe_done } => {
                Self::Transient { message: clean(&message), status, retry_after, maybe_done }
            }
            Self::Refused { status, message, body } => {
                Self::Refused { status, message: clean(&message), body: clean(&body) }
            }
            Self::Unauthorised { status, message } => Self::Unauthorised { status, message: clean(&message) },
            Self::Unreadable { message, text } => Self::Unreadable { message: clean(&message), text },
            Self::Stale { message } => Self::Stale { message: clean(&message) },
            Self::Gone => Self::Gone,
            Self::Unsupported { message } => Self::Unsupported { message: clean(&message) },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transient { message, status, retry_after, maybe_done } => {
                match status {
                    Some(status) => write!(out, "failed for now with status {status}: {message}")?,
                    None => write!(out, "failed for now: {message}")?,
                }
                if let Some(wait) = retry_after {
                    write!(out, "; to be tried again after {} s", wait.as_secs_f64().ceil())?;
                }
                if *maybe_done { out.write_str("; it may have been done all the same") } else { Ok(()) }
            }
            Self::Refused { status, message, .. } => write!(out, "refused with status {status}: {message}"),
            Self::Unauthorised { status, message } => {
                write!(out, "the account's credentials are not accepted (status {status}): {message}")
            }
            Self::Unreadable { message, .. } => write!(out, "failed for now: {message}"),
            Self::Stale { message } => write!(out, "the record is another by now: {message}"),
            Self::Gone => out.write_str("the record is not there"),
            Self::Unsupported { message } => out.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

/// What kind of call was made; decides how its failures are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Reads one record.
    Read,
    /// Reads a page of records.
    List,
    /// Creates a record.
    Create,
    /// Changes or moves a record.
    Change,
    /// Takes a record away.
    Remove,
}

impl Purpose {
    /// Whether the peer's data may change by it.
    pub fn is_write(self) -> bool {
        matches!(self, Self::Create | Self::Change | Self::Remove)
    }

    /// The word for it in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Create => "create",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }

    /// Whether it names one record, which may be gone.
    fn names_record(self) -> bool {
        matches!(self, Self::Read | Self::Change | Self::Remove)
    }
}

/// What an answer fails with; `None` where it is good.
pub fn of_response(rules: &ErrorRules, response: &Response, purpose: Purpose, now: Timestamp) -> Option<Failure> {
    let status = response.status;
    let good = (200..300).contains(&status);
    let later = |message: String, maybe_done: bool| {
        let retry_after = rate_limit::retry_after(response, now);
        Some(Failure::Transient { message, status: Some(status), retry_after, maybe_done })
    };
    let is_stale = rules.stale.contains(&status) && !good;
    match worded(rules, response).or(is_stale.then_some(ErrorMeaning::Stale)) {
        Some(ErrorMeaning::Gone) if purpose.names_record() => return Some(Failure::Gone),
        Some(ErrorMeaning::Stale) if purpose == Purpose::Change => {
            return Some(Failure::Stale { message: peer_words(rules, &response.body) });
        }
        Some(ErrorMeaning::Later) => {
            return later(peer_words(rules, &response.body), purpose.is_write() && status >= 500);
        }
        _ => {}
    }
    // An empty 2xx answer to a write is how many peers say "done", whatever it means for reads.
    if rules.gone.contains(&status) && !(good && purpose.is_write()) {
        if !good && !is_own(rules, response) {
            let words = peer_words(rules, &response.body);
            let message =
                format!("this is not an answer of the API's own, so it does not say that anything is gone: {words}");
            return Some(Failure::unusable(message, Some(status), purpose.is_write()));
        }
        if purpose.names_record() {
            return Some(Failure::Gone);
        }
    }
    if good {
        return refused_all_the_same(rules, response);
    }
    if status < 400 {
        let message = "the peer sends us elsewhere; correct the account's base_url".to_owned();
        return Some(Failure::Refused { status, message, body: String::new() });
    }
    let message = peer_words(rules, &response.body);
    if rules.later.contains(&status) {
        return later(message, purpose.is_write() && status != 429);
    }
    if matches!(status, 401 | 403) {
        return Some(Failure::Unauthorised { status, message });
    }
    Some(Failure::Refused { status, message, body: bounded(&one_line(&text_of(&response.body)), BODY_CHARS_MAX) })
}

/// The refusal in an answer that is good by its status.
fn refused_all_the_same(rules: &ErrorRules, response: &Response) -> Option<Failure> {
    if rules.refused.is_empty() {
        return None;
    }
    let found = json::from_json(&response::parse(&response.body).ok()??);
    let text = |value: &Value| value.to_key().map(|text| one_line(&text)).filter(|text| !text.is_empty());
    let said = rules.refused.iter().flat_map(|path| match path.read(&found) {
        Value::List(items) => items.iter().filter_map(text).collect::<Vec<_>>(),
        one => text(&one).into_iter().collect(),
    });
    let words = said.collect::<Vec<_>>().join("; ");
    if words.is_empty() {
        return None;
    }
    let body = bounded(&one_line(&text_of(&response.body)), BODY_CHARS_MAX);
    Some(Failure::Refused { status: response.status, message: bounded(&words, MESSAGE_CHARS_MAX), body })
}

/// What a refusal means by the words in it.
fn worded(rules: &ErrorRules, response: &Response) -> Option<ErrorMeaning> {
    let mut rows = rules.worded.iter().filter(|row| row.status == response.status).peekable();
    rows.peek()?;
    let body = json::from_json(&response::parse(&response.body).ok()??);
    let says = |row: &&WordedError| match row.place.read(&body) {
        Value::List(items) => items.iter().any(|item| item.to_key().as_deref() == Some(&row.word)),
        one => one.to_key().as_deref() == Some(&row.word),
    };
    rows.find(says).map(|row| row.means)
}

/// Whether a refusal is the API's own and not that of something on the way to it: JSON, with one of the fields in which
/// the system file says that the peer explains itself. Where it names none, an empty body may be the API's own, too.
fn is_own(rules: &ErrorRules, response: &Response) -> bool {
    if response.header("Content-Type").is_some_and(|kind| !kind.to_ascii_lowercase().contains("json")) {
        return false;
    }
    match response::parse(&response.body) {
        Ok(Some(body)) => {
            let value = json::from_json(&body);
            rules.message.is_empty() || rules.message.iter().any(|path| !path.read(&value).is_null())
        }
        Ok(None) => rules.message.is_empty(),
        Err(_) => false,
    }
}

/// What a broken exchange fails with.
pub fn of_transport(error: &TransportError, purpose: Purpose) -> Failure {
    let is_read = !purpose.is_write();
    match error {
        TransportError::TooLarge(_) if is_read => {
            return Failure::Unreadable { message: error.to_string(), text: Some(String::new()) };
        }
        TransportError::BrokenOff(_) if is_read => {
            return Failure::Unreadable { message: error.to_string(), text: None };
        }
        _ => {}
    }
    let is_untouched = matches!(error, TransportError::Unreachable(_) | TransportError::Unusable(_));
    let maybe_done = purpose.is_write() && !is_untouched;
    Failure::unusable(error.to_string(), None, maybe_done)
}

/// The first text found where the system file says the peer explains itself; else the body.
fn peer_words(rules: &ErrorRules, body: &[u8]) -> String {
    let said = response::parse(body).ok().flatten().and_then(|found| {
        let value = json::from_json(&found);
        rules.message.iter().map(|path| path.read(&value)).find_map(|words| match words {
            Value::Null => None,
            Value::Text(text) if text.trim().is_empty() => None,
            Value::Text(text) => Some(text.to_string()),
            other => Some(other.to_string()),
        })
    });
    let words = said.unwrap_or_else(|| text_of(body));
    let words = one_line(&words);
    if words.is_empty() { "no reason given".to_owned() } else { bounded(&words, MESSAGE_CHARS_MAX) }
}

/// A text in one line without signs that a terminal or a log would take for its own.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_of(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}

/// The beginning of a text, with a mark where it was cut.
pub fn bounded(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A record has no such call.
pub(super) fn no_call(record: &RecordType, call: &str) -> Failure {
    Failure::unsupported(format!(
        "{}.{} has no call `{call}`; add one to the system file if the peer offers it",
        record.system, record.name
    ))
}

/// A call that is not sent now.
pub(super) fn held_back(why: &str, wait: Duration) -> Failure {
    Failure::Transient { message: format!("not sent: {why}"), status: None, retry_after: Some(wait), maybe_done: false }
}
