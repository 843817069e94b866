//! What values a setting may have: the same question for the file, an account, a test and the environment.
//!
//! Says what does not fit and what to write; where the value came from is the asker's to show.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::diagnostic::{Advice, Code, Diagnostic, Span, suggest};
use crate::value::{Value, decimal, duration};
use crate::world::TablePlace;

/// What values settings may have, by dotted name.
pub type SettingTypes = BTreeMap<String, SettingType>;

/// The finding for a mode that is neither of the two: a service that starts with it might write where it must not.
pub const UNKNOWN_MODE: &str = "unknown-mode";

/// How a type is written, for help.
pub const WRITTEN: &str = "`text`, `number`, `whole number`, `duration`, `date`, `url`, `one of [A, B]`, \
                           `list of text` or `list of one of [A, B]`, with `, not negative` behind a number that is \
                           never below zero, and `, not empty` behind it where nothing is no answer";

/// Settings that the program itself reads, whatever the rules do with them.
pub const OF_THE_PROGRAM: [&str; 14] = [
    "mode",
    "reconcile.every",
    "reconcile.creates",
    "reload.sweep",
    "journal.keep",
    "journal.calls.keep",
    "journal.calls.megabytes",
    "notify.webhook",
    "drain.within",
    "alarms.poll",
    "alarms.sweep",
    "alarms.webhooks",
    "alarms.lag",
    "alarms.budget",
];

/// What values a setting may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingType {
    /// One of these.
    OneOf(Vec<String>),
    /// A length of time, or nothing.
    Duration,
    /// A day, or nothing.
    Date,
    /// A number, or nothing.
    Number {
        /// Whether it has no fraction.
        whole: bool,
        /// Whether it may be below zero.
        negative: bool,
    },
    /// A whole web address, or nothing.
    Url,
    /// A whole web address, or a folder as `file:///FOLDER`.
    Place,
    /// Any text.
    Text,
    /// A list of what may stand in it.
    List(Box<SettingType>),
    /// The same, but never nothing.
    Filled(Box<SettingType>),
}

/// Why a value does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    code: Code,
    message: String,
    at: &'static str,
    help: Option<Advice>,
}

impl Misfit {
    /// A finding at the place where the value stands or is asked for.
    pub fn at(self, span: Span) -> Diagnostic {
        let finding = Diagnostic::error(self.code, self.message, span, self.at);
        finding.helped(self.help)
    }
}

impl SettingType {
    /// What an account's `base_url` is: every call goes there. Where it is nothing, a variable was not set.
    pub fn base_url() -> Self {
        Self::Filled(Box::new(Self::Place))
    }

    /// Reads `one of [A, B]` and the like; `None` where it is no type.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        if let Some(inner) = line.strip_suffix("not empty") {
            return Self::parse(inner.trim_end().strip_suffix(',')?).map(|inner| Self::Filled(Box::new(inner)));
        }
        if let Some(inner) = line.strip_suffix("not negative") {
            return Self::parse(inner.trim_end().strip_suffix(',')?)?.not_negative();
        }
        if let Some(inner) = line.strip_prefix("list of ") {
            let inner = Self::parse(inner).filter(|inner| !matches!(inner, Self::List(_) | Self::Filled(_)))?;
            return Some(Self::List(Box::new(inner)));
        }
        match line {
            "text" => return Some(Self::Text),
            "date" => return Some(Self::Date),
            "duration" => return Some(Self::Duration),
            "number" => return Some(Self::Number { whole: false, negative: true }),
            "whole number" => return Some(Self::Number { whole: true, negative: true }),
            "url" => return Some(Self::Url),
            _ => {}
        }
        let names = line.strip_prefix("one of")?.trim().strip_prefix('[')?.strip_suffix(']')?;
        Some(Self::OneOf(names.split(',').map(|name| name.trim().to_owned()).collect()))
    }

    /// What the program itself asks of a setting that it reads, whatever the rules say.
    pub fn of_the_program(name: &str) -> Option<Self> {
        match name {
            "mode" => Some(Self::OneOf(["live", "observe"].map(str::to_owned).to_vec())),
            "reload.sweep" => Some(Self::OneOf(["ask", "always", "never"].map(str::to_owned).to_vec())),
            "reconcile.every" | "journal.keep" | "journal.calls.keep" | "drain.within" => Some(Self::Duration),
            "alarms.poll" | "alarms.sweep" | "alarms.webhooks" | "alarms.lag" | "alarms.budget" => Some(Self::Duration),
            "reconcile.creates" | "journal.calls.megabytes" => Some(Self::Number { whole: true, negative: false }),
            "notify.webhook" => Some(Self::Url),
            _ => None,
        }
    }

    /// The same type without what is below zero; `None` where it has no numbers.
    fn not_negative(self) -> Option<Self> {
        match self {
            Self::Number { whole, .. } => Some(Self::Number { whole, negative: false }),
            Self::List(member) => Some(Self::List(Box::new(member.not_negative()?))),
            Self::Filled(inner) => Some(Self::Filled(Box::new(inner.not_negative()?))),
            _ => None,
        }
    }

    /// The same type where only these words may stand; another type than text is left as it is.
    #[must_use]
    pub fn of_words(self, words: &[String]) -> Self {
        match self {
            Self::Text => Self::OneOf(words.to_vec()),
            Self::List(member) => Self::List(Box::new(member.of_words(words))),
            Self::Filled(inner) => Self::Filled(Box::new(inner.of_words(words))),
            other => other,
        }
    }

    /// The type without its `not empty`.
    pub fn plain(&self) -> &Self {
        match self {
            Self::Filled(inner) => inner.plain(),
            other => other,
        }
    }

    /// What may stand in the list, where it is one.
    pub fn member(&self) -> Option<&Self> {
        match self.plain() {
            Self::List(member) => Some(member),
            _ => None,
        }
    }

    /// The values that it names; none where it takes any text.
    pub fn values(&self) -> &[String] {
        match self {
            Self::OneOf(values) => values,
            Self::List(member) | Self::Filled(member) => member.values(),
            Self::Text | Self::Duration | Self::Date | Self::Number { .. } | Self::Url | Self::Place => &[],
        }
    }

    /// Why a single text does not fit; a list is asked by its members.
    pub fn refuses(&self, name: &str, text: &str) -> Option<Misfit> {
        let misfit = |code, message, help: &str| {
            Some(Misfit { code: Code(code), message, at: "this does not fit", help: Some(help.into()) })
        };
        match self.plain() {
            Self::OneOf(values) if !values.iter().any(|value| value == text) => Some(Misfit {
                code: code_for(name, "unknown-value"),
                message: format!("`{name}` cannot be {}", shown(text)),
                at: "unknown",
                help: suggest::help(text, values.iter().map(String::as_str)),
            }),
            _ if text.is_empty() => matches!(self, Self::Filled(_)).then(|| self.empty(name)),
            Self::Duration if duration::parse(text).is_none_or(|length| length.is_zero()) => {
                let message = format!("`{name}` is a length of time, and `{text}` is none");
                misfit("type-duration", message, "write `30m`, `6h` or `1d`; empty: never")
            }
            Self::Number { whole, negative } => {
                let asked = number_asked(*whole, *negative);
                let fits = number(text, *whole)
                    .is_some_and(|number| *negative || number.is_zero() || number.is_sign_positive());
                let message = format!("`{name}` is {asked}, and `{text}` is none");
                let help = match number(text, *whole) {
                    Some(_) => "write `0` or a number above it",
                    None => "write it in digits, such as `5`",
                };
                if fits { None } else { misfit("type-number", message, help) }
            }
            Self::Place if is_address(text) || is_folder(text) => None,
            Self::Place
                if is_path(text)
                    && let Some((folder, table)) = table_in(text) =>
            {
                let message = format!("`{name}` names a folder, and `{table}` is a table in one");
                let help = format!("write `file://{folder}`, and the table in the calls, as `GET /{table}`");
                Some(Misfit { code: Code("type-url"), message, at: "no folder", help: Some(help.into()) })
            }
            Self::Place if text.starts_with("file:") => {
                let message = format!("`{name}` names a folder by its whole path, and `{text}` does not");
                misfit("type-url", message, "write the whole path, such as `file:///srv/FOLDER`")
            }
            Self::Place => {
                let message = format!("`{name}` is a web address, and `{text}` is none");
                let help = "write the whole address, such as `https://HOST/PATH`, or a folder as `file:///FOLDER`";
                misfit("type-url", message, help)
            }
            Self::Url if !is_address(text) => {
                let message = format!("`{name}` is a web address, and `{text}` is none");
                misfit("type-url", message, "write the whole address, such as `https://HOST/PATH`")
            }
            Self::Date if !is_day(text) => {
                let message = format!("`{name}` is a day, and `{text}` is none");
                misfit("type-date", message, "write it as `2026-05-01`, without a time of day; empty: no day")
            }
            _ => None,
        }
    }

    /// That nothing stands where something must.
    pub fn empty(&self, name: &str) -> Misfit {
        let help = match self.values() {
            [] => "write at least one value: its type says `not empty`".to_owned(),
            values => {
                let named: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
                format!("write at least one of: {}; its type says `not empty`", named.join(", "))
            }
        };
        let message = format!("`{name}` is empty, and it must not be");
        Misfit { code: Code("type-setting"), message, at: "nothing that counts stands here", help: Some(help.into()) }
    }

    /// A value as rules read it: nothing is empty text or an empty list, truth is no text, and a list leaves
    /// out what came to nothing.
    pub fn settle(&self, value: Value) -> Value {
        match (self.plain(), value) {
            (Self::List(member), Value::List(items)) => {
                let items = items.into_iter().filter(|item| !is_nothing(item));
                Value::List(items.map(|item| member.settle(item)).collect())
            }
            (Self::List(_), Value::Null) => Value::List(ecow::EcoVec::new()),
            (Self::Number { .. }, Value::Null) => Value::Null,
            (Self::Number { .. }, Value::Text(text)) if text.is_empty() => Value::Null,
            (Self::Number { whole, .. }, Value::Text(text)) => match number(&text, *whole) {
                Some(number) if *whole => number.to_i64().map_or(Value::Decimal(number), Value::Integer),
                Some(number) => Value::Decimal(number),
                None => Value::Text(text),
            },
            (_, Value::Null) => Value::text(""),
            (Self::OneOf(values), Value::Text(text)) if is_truth(values) => match text.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::Text(text),
            },
            (_, value) => value,
        }
    }

    /// A value that fits, for a place where nothing else is known.
    pub fn sample(&self) -> Option<String> {
        match self.plain() {
            Self::OneOf(values) => values.first().cloned(),
            Self::Duration => Some("1d".to_owned()),
            Self::Date => Some("2026-01-01".to_owned()),
            Self::Number { .. } => Some("0".to_owned()),
            Self::Url | Self::Place => Some("https://localhost".to_owned()),
            Self::List(member) => member.sample(),
            Self::Text | Self::Filled(_) => None,
        }
    }
}

/// The code of a finding about a setting: a mode is a matter of its own.
pub fn code_for(name: &str, code: &'static str) -> Code {
    Code(if name == "mode" { UNKNOWN_MODE } else { code })
}

/// Whether the values are those of a switch.
pub fn is_truth(values: &[String]) -> bool {
    values.iter().all(|value| value == "true" || value == "false")
}

/// `YYYY-MM-DD` and nothing behind it: a time of day would be lost without a word.
fn is_day(text: &str) -> bool {
    text.len() == "YYYY-MM-DD".len() && text.parse::<jiff::civil::Date>().is_ok()
}

fn number_asked(whole: bool, negative: bool) -> String {
    let kind = if whole { "a whole number" } else { "a number" };
    if negative { kind.to_owned() } else { format!("{kind}, zero or above") }
}

/// A whole number is one that can be counted with.
fn number(text: &str, whole: bool) -> Option<Decimal> {
    decimal::parse(text).filter(|number| !whole || number.is_integer() && number.to_i64().is_some())
}

/// A folder by its whole path, which no table is.
fn is_folder(text: &str) -> bool {
    is_path(text) && table_in(text).is_none()
}

/// The folder before the first part that is called as tables are, and that part.
fn table_in(text: &str) -> Option<(&str, &str)> {
    let path = text.strip_prefix("file://")?;
    let mut at = 0_usize;
    path.split('/').find_map(|part| {
        let folder = path.get(..at).unwrap_or_default().trim_end_matches('/');
        at = at.saturating_add(part.len()).saturating_add(1);
        TablePlace::is_table(part).then_some((if folder.is_empty() { "/FOLDER" } else { folder }, part))
    })
}

/// A whole path, without steps to the folder above.
fn is_path(text: &str) -> bool {
    let path = text.strip_prefix("file://").unwrap_or_default();
    let is_step = |part: &str| matches!(part, "." | "..");
    path.starts_with('/') && path.len() > 1 && !path.contains(['?', '#']) && !path.split('/').any(is_step)
}

/// A scheme, a host and perhaps a port, without blanks.
pub fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest.filter(|rest| !rest.contains(char::is_whitespace)) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    // What stands in brackets is an address of the sixth version, with colons of its own.
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (host, None),
    };
    !host.is_empty() && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_text() == Some("")
}

fn shown(text: &str) -> String {
    if text.is_empty() { "empty".to_owned() } else { format!("`{text}`") }
}
