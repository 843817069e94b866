//! The file itself: what every call has, and how the system answers.

use std::time::Duration;

use super::auth::AuthTree;
use super::envelope::EnvelopeTree;
use super::errors::ErrorsTree;
use super::paging::PagingTree;
use super::record::RecordTree;
use super::sign::SignTree;
use super::templates::Templates;
use super::webhook::WebhookTree;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::{ERRORS, HTTP, LIMITS, RECORDS, SYSTEM_FILE};
use crate::language::syntax::mapping::{Found, Mapping};
use crate::language::syntax::yaml::{Node, Scalar};
use crate::value::duration;

/// What a system file says.
#[derive(Clone, Debug, Default)]
pub struct SystemFile {
    /// Its name and what every call has; without the two nothing else is read.
    pub head: Option<(Name, HttpTree)>,
    /// `limits:`
    pub limits: LimitsTree,
    /// `errors:`
    pub errors: ErrorsTree,
    /// `paging:`
    pub paging: Option<PagingTree>,
    /// `answer:` and `body within:`
    pub envelope: EnvelopeTree,
    /// `webhook:`
    pub webhook: Option<WebhookTree>,
    /// `records:`
    pub records: Vec<(Name, RecordTree)>,
}

/// `http:`
#[derive(Clone, Debug)]
pub struct HttpTree {
    /// `headers:`
    pub headers: Templates,
    /// `auth:`
    pub auth: AuthTree,
    /// `sign:`
    pub sign: Option<SignTree>,
    /// `timeout:`
    pub timeout: Option<Duration>,
    /// `settle_after:`
    pub settle_after: Option<Duration>,
}

/// `limits:`
#[derive(Clone, Debug, Default)]
pub struct LimitsTree {
    /// `per_minute:`
    pub per_minute: Option<u32>,
    /// `burst:`
    pub burst: Option<u32>,
    /// `per_second:`
    pub per_second: Option<u32>,
    /// `at_once:`
    pub at_once: Option<u32>,
    /// `remaining:`
    pub remaining: Option<Name>,
    /// `used:`
    pub used: Option<Name>,
    /// `reset:`
    pub reset: Option<Name>,
    /// `same_record:`
    pub same_record: Option<Duration>,
}

/// Reads a system file.
pub(in crate::language::syntax::file) fn parse(node: &Node, found: &mut Found) -> SystemFile {
    let mut system = SystemFile::default();
    let Some(file) = Mapping::of(node, &SYSTEM_FILE, found) else { return system };
    let Some(name) = file.text("system", "`system`", found) else { return system };
    let Some(http) = file.get("http", found).and_then(|node| Mapping::of(node, &HTTP, found)) else { return system };
    system.head = Some((name.name(), HttpTree::of(&http, found)));
    let records = file.get("records", found).and_then(|node| Mapping::of(node, &RECORDS, found));
    let entries = records.iter().flat_map(Mapping::named);
    system.records = entries.filter_map(|(key, node)| Some((key.name(), RecordTree::of(key, node, found)?))).collect();
    let limits = file.get("limits", found).and_then(|node| Mapping::of(node, &LIMITS, found));
    system.limits = limits.map(|map| LimitsTree::of(&map, found)).unwrap_or_default();
    let errors = file.get("errors", found).and_then(|node| Mapping::of(node, &ERRORS, found));
    system.errors = errors.map(|map| ErrorsTree::of(&map, found)).unwrap_or_default();
    system.paging = file.get("paging", found).and_then(|node| PagingTree::of(node, found));
    system.envelope = EnvelopeTree::of(&file, found);
    system.webhook = file.get("webhook", found).and_then(|node| WebhookTree::of(node, found));
    system
}

impl HttpTree {
    fn of(map: &Mapping<'_>, found: &mut Found) -> Self {
        Self {
            headers: map.get("headers", found).map(|node| Templates::of(node, found)).unwrap_or_default(),
            auth: map.get("auth", found).map(|node| AuthTree::of(node, found)).unwrap_or_default(),
            sign: map.get("sign", found).and_then(|node| SignTree::of(node, found)),
            timeout: some_time(map, "timeout", found),
            settle_after: length(map, "settle_after", found),
        }
    }
}

impl LimitsTree {
    fn of(map: &Mapping<'_>, found: &mut Found) -> Self {
        let mut header = |name: &str| map.text(name, &format!("`{name}`"), found).map(Scalar::name);
        let (remaining, used, reset) = (header("remaining"), header("used"), header("reset"));
        Self {
            remaining,
            used,
            reset,
            per_second: limit(map, "per_second", found),
            per_minute: limit(map, "per_minute", found),
            burst: limit(map, "burst", found),
            at_once: limit(map, "at_once", found),
            same_record: length(map, "same_record", found),
        }
    }
}

fn length(map: &Mapping<'_>, name: &str, found: &mut Found) -> Option<Duration> {
    let scalar = map.text(name, "a duration", found)?;
    let length = duration::parse(&scalar.text);
    if length.is_none() {
        let message = format!("`{}` is no duration", scalar.text);
        let finding = Diagnostic::error(Code("type-duration"), message, scalar.span, "no length of time");
        found.push(finding.help("write a whole number with its unit and no blank: `500ms`, `30s`, `2m`, `1h`"));
    }
    length
}

/// A length of time in which something is to happen.
fn some_time(map: &Mapping<'_>, name: &str, found: &mut Found) -> Option<Duration> {
    let length = length(map, name, found)?;
    if length.is_zero()
        && let Some(scalar) = map.text(name, name, found)
    {
        let message = format!("`{name}` is zero, and no call would ever end in time");
        let finding = Diagnostic::error(Code("type-duration"), message, scalar.span, "nothing would ever happen");
        found.push(finding.help("write `30s`, or leave the line out"));
    }
    Some(length)
}

fn whole(map: &Mapping<'_>, name: &str, found: &mut Found) -> Option<u32> {
    let scalar = map.text(name, name, found)?;
    let number = scalar.text.parse().ok();
    let is_large = !scalar.text.is_empty() && scalar.text.bytes().all(|byte| byte.is_ascii_digit());
    if number.is_none() {
        let (message, label) = if is_large {
            (format!("`{name}` is at most {}", u32::MAX), "a larger number")
        } else {
            (format!("`{name}` is a whole number"), "not a number")
        };
        let finding = Diagnostic::error(Code("type-number"), message, scalar.span, label);
        found.push(finding.help(format!("write a whole number in digits: `{name}: 300`")));
    }
    number
}

/// A number of calls: where none may be made, nothing would ever happen.
fn limit(map: &Mapping<'_>, name: &str, found: &mut Found) -> Option<u32> {
    let number = whole(map, name, found)?;
    if number == 0
        && let Some(scalar) = map.text(name, name, found)
    {
        let message = format!("`{name}` is zero, and no call would ever be made");
        let finding = Diagnostic::error(Code("type-number"), message, scalar.span, "nothing would ever happen");
        found.push(finding.help("write `1` or more, or leave the line out"));
    }
    Some(number)
}
