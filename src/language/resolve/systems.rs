//! System files: what an API offers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::calls::named_templates;
use super::record_calls;
use super::resolver::{Resolver, SystemCondition, Wanted};
use super::states::states;
use super::system_names;
use crate::language::plan::{
    Encoding, ErrorRules, Field, FieldShape, Limits, Paging, Presence, RecordType, Requirement, System, WebhookRecord,
    WebhookRules, WritePlace,
};
use crate::language::syntax::expression::Expression;
use crate::language::syntax::mapping::{Mapping, list, text};
use crate::language::syntax::system_line::{self, FieldKind, FieldLine};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::{Kind, Path, Segment};

/// How long a call may take where the file does not say.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Calls in one go where the file does not say.
const BURST: u32 = 5;

/// Between two updates for one record where the file does not say.
const SAME_RECORD: Duration = Duration::from_secs(1);

/// Reads a `system:` file.
pub fn resolve(resolver: &mut Resolver<'_>, node: &Node) {
    let allowed = ["system", "about", "http", "limits", "errors", "paging", "answer", "webhook", "records", "allow"];
    let Some(file) = Mapping::of(node, "a system file", &allowed, &mut resolver.sink.found) else { return };
    let Some(name) = file.get("system").and_then(|node| text(node, "`system`", &mut resolver.sink.found)) else {
        return;
    };
    let Some(http) = file.require("http", &mut resolver.sink.found).and_then(|node| {
        Mapping::of(node, "`http`", &["auth", "headers", "timeout", "settle_after"], &mut resolver.sink.found)
    }) else {
        return;
    };
    let mut headers = http.get("headers").map(|node| named_templates(resolver, node)).unwrap_or_default();
    headers.extend(http.get("auth").map(|node| named_templates(resolver, node)).unwrap_or_default());
    for node in ["headers", "auth"].into_iter().filter_map(|key| http.get(key)) {
        system_names::account_holes(resolver, &name.text, node);
    }
    let timeout = http.get("timeout").and_then(|node| duration(resolver, node)).unwrap_or(TIMEOUT);
    let settle_after = http.get("settle_after").and_then(|node| duration(resolver, node)).unwrap_or(timeout * 2);
    let mut records = BTreeMap::new();
    let mut conditions = Vec::new();
    if let Some(map) = file
        .require("records", &mut resolver.sink.found)
        .and_then(|node| Mapping::of(node, "`records`", &[], &mut resolver.sink.found))
    {
        for (key, node) in map.entries() {
            if let Some(record) = record(resolver, (&name.text, &key.text), node, &mut conditions) {
                records.insert(key.text.clone(), Arc::new(record));
            }
        }
        file.get("records").into_iter().for_each(|node| system_names::references(resolver, node, &records));
    }
    let system = System {
        name: name.text.clone(),
        headers,
        timeout,
        settle_after,
        limits: limits(resolver, &file),
        errors: errors(resolver, &file),
        paging: paging(resolver, &file),
        answer: file
            .get("answer")
            .and_then(|node| text(node, "`answer`", &mut resolver.sink.found))
            .and_then(|text| Path::parse(&text.text)),
        webhook: file.get("webhook").and_then(|node| webhook(resolver, &name.text, node, &records)),
        records,
    };
    if resolver.declare("system", &name.text, name.span) {
        resolver.names.systems.insert(name.text.clone(), Arc::new(system));
        resolver.conditions.extend(conditions);
    }
}

fn duration(resolver: &mut Resolver<'_>, node: &Node) -> Option<Duration> {
    let scalar = text(node, "a duration", &mut resolver.sink.found)?;
    let found = crate::value::duration::parse(&scalar.text);
    if found.is_none() {
        resolver.sink.error(
            "type-duration",
            format!("`{}` is no duration", scalar.text),
            scalar.span,
            "write `30s`, `500ms` or `2m`",
        );
    }
    found
}

fn whole(resolver: &mut Resolver<'_>, map: &Mapping<'_>, name: &str, default: u32) -> u32 {
    let Some(scalar) = map.get(name).and_then(|node| text(node, name, &mut resolver.sink.found)) else {
        return default;
    };
    scalar.text.parse().unwrap_or_else(|_| {
        resolver.sink.error("type-number", format!("`{name}` is a whole number"), scalar.span, "not a number");
        default
    })
}

fn limits(resolver: &mut Resolver<'_>, file: &Mapping<'_>) -> Limits {
    let map = file.get("limits").and_then(|node| {
        Mapping::of(node, "`limits`", &["per_minute", "burst", "at_once", "same_record"], &mut resolver.sink.found)
    });
    match map {
        Some(map) => Limits {
            per_minute: whole(resolver, &map, "per_minute", 300),
            burst: whole(resolver, &map, "burst", BURST),
            at_once: whole(resolver, &map, "at_once", 8),
            same_record: map.get("same_record").and_then(|node| duration(resolver, node)).unwrap_or(SAME_RECORD),
        },
        None => Limits { per_minute: 300, burst: BURST, at_once: 8, same_record: SAME_RECORD },
    }
}

fn paths_of(resolver: &mut Resolver<'_>, map: &Mapping<'_>, name: &str) -> Vec<Path> {
    texts_of(resolver, map, name).into_iter().filter_map(|text| Path::parse(&text)).collect()
}

pub(super) fn texts_of(resolver: &mut Resolver<'_>, map: &Mapping<'_>, name: &str) -> Vec<String> {
    let nodes = map.get(name).map(|node| list(node, name, &mut resolver.sink.found)).unwrap_or_default();
    nodes
        .into_iter()
        .filter_map(|node| text(node, name, &mut resolver.sink.found))
        .map(|scalar| scalar.text.clone())
        .collect()
}

fn errors(resolver: &mut Resolver<'_>, file: &Mapping<'_>) -> ErrorRules {
    // What is not said keeps its default, key by key.
    let mut rules = ErrorRules { message: Vec::new(), gone: vec![404], later: vec![408, 429, 500, 502, 503, 504] };
    let Some(map) = file
        .get("errors")
        .and_then(|node| Mapping::of(node, "`errors`", &["message", "gone", "later"], &mut resolver.sink.found))
    else {
        return rules;
    };
    rules.message = paths_of(resolver, &map, "message");
    if map.get("gone").is_some() {
        rules.gone = statuses(resolver, &map, "gone");
    }
    if map.get("later").is_some() {
        rules.later = statuses(resolver, &map, "later");
    }
    rules
}

/// HTTP statuses.
fn statuses(resolver: &mut Resolver<'_>, map: &Mapping<'_>, name: &str) -> Vec<u16> {
    let nodes = map.get(name).map(|node| list(node, name, &mut resolver.sink.found)).unwrap_or_default();
    let mut statuses = Vec::new();
    for scalar in nodes.into_iter().filter_map(|node| text(node, name, &mut resolver.sink.found)).collect::<Vec<_>>() {
        match scalar.text.parse() {
            Ok(status @ 100..=599) => statuses.push(status),
            _ => {
                let message = format!("`{}` is no HTTP status", scalar.text);
                resolver.sink.error("type-number", message, scalar.span, "write a number from 100 to 599");
            }
        }
    }
    statuses
}

fn paging(resolver: &mut Resolver<'_>, file: &Mapping<'_>) -> Paging {
    let allowed = ["style", "rows", "next", "more", "size", "offset", "count"];
    let map = file.get("paging").and_then(|node| Mapping::of(node, "`paging`", &allowed, &mut resolver.sink.found));
    let plain = |path: &str| Path::parse(path).unwrap_or_default();
    let default =
        Paging::NextUrl { rows: plain("results"), next: plain("next"), size: ("limit".to_owned(), 100), count: None };
    let Some(map) = map else { return default };
    let mut word = |name: &str| {
        map.get(name)
            .and_then(|node| text(node, name, &mut resolver.sink.found))
            .map(|scalar| scalar.text.clone())
            .unwrap_or_default()
    };
    let (style, rows, next, more, size, offset) =
        (word("style"), word("rows"), word("next"), word("more"), word("size"), word("offset"));
    let count = Path::parse(&word("count"));
    let page = size.split_once(" = ").and_then(|(name, number)| Some((name.trim(), number.trim().parse().ok()?)));
    if let (None, Some(node)) = (page, map.get("size")) {
        resolver.sink.error("type-number", format!("`{size}` is no page size"), node.span, "write `NAME = NUMBER`");
    }
    let size = page.map_or(("limit".to_owned(), 50), |(name, number)| (name.to_owned(), number));
    // What is misspelt is told as such; what it leaves open is no finding of its own.
    let is_sound = map.entries().all(|(key, _)| allowed.contains(&key.text.as_str()));
    let mut must = |name: &str, place: &str| {
        if is_sound {
            must_say(resolver, &map, (&rows, name, place));
        }
    };
    match style.as_str() {
        "offset" => {
            must("more", &more);
            must("offset", &offset);
            Paging::Offset { rows: plain(&rows), more: plain(&more), size, offset, count }
        }
        "next_url" => {
            must("next", &next);
            Paging::NextUrl { rows: plain(&rows), next: plain(&next), size, count }
        }
        "whole" => Paging::Whole { rows: plain(&rows) },
        other => {
            let message = format!("there is no paging style `{other}`");
            resolver.sink.unknown("unknown-value", message, (other, map.span), ["offset", "next_url", "whole"]);
            default
        }
    }
}

/// Pages cannot be told apart where the answer is a bare array, or where what says that there is more has no place
/// outside the rows.
fn must_say(resolver: &mut Resolver<'_>, map: &Mapping<'_>, (rows, name, place): (&str, &str, &str)) {
    let span = map.get(name).map_or(map.span, |node| node.span);
    let within = |place: &str| place == rows || place.strip_prefix(rows).is_some_and(|rest| rest.starts_with('.'));
    let message = match (rows, place) {
        (_, "") => format!("lists in pages need `{name}`; without it they end after the first page"),
        ("", _) if name != "offset" => {
            format!("without `rows` an answer is a bare array, which cannot say `{name}`: it would end after one page")
        }
        _ if name != "offset" && within(place) => {
            format!("`{place}` stands inside the rows (`{rows}`), where nothing says that there is more")
        }
        _ => return,
    };
    let help =
        format!("write where the answer says it: `{name}: PATH`; lists that come in one answer are `style: whole`");
    resolver.sink.error("unpaged-list", message, span, &help);
}

fn webhook(
    resolver: &mut Resolver<'_>,
    system: &str,
    node: &Node,
    records: &BTreeMap<String, Arc<RecordType>>,
) -> Option<WebhookRules> {
    let allowed = ["header", "algorithm", "encoding", "secret", "kind", "records"];
    let map = Mapping::of(node, "`webhook`", &allowed, &mut resolver.sink.found)?;
    let header = map
        .require("header", &mut resolver.sink.found)
        .and_then(|node| text(node, "`header`", &mut resolver.sink.found))?
        .text
        .clone();
    let secret = map
        .require("secret", &mut resolver.sink.found)
        .and_then(|node| text(node, "`secret`", &mut resolver.sink.found))?;
    resolver.wanted.push(Wanted {
        system: system.to_owned(),
        name: format!("secrets.{}", secret.text),
        span: secret.span,
    });
    let secret = secret.text.clone();
    let encoding = match one_of(resolver, &map, "encoding", &["hex", "base64"]).as_deref() {
        Some("base64") => Encoding::Base64,
        _ => Encoding::Hex,
    };
    one_of(resolver, &map, "algorithm", &["hmac-sha256"]);
    let mut named = Vec::new();
    for node in map.get("records").map(|node| list(node, "`records`", &mut resolver.sink.found)).unwrap_or_default() {
        let NodeKind::Mapping(entries) = &node.kind else { continue };
        for (key, node) in entries {
            if !records.contains_key(&key.text) {
                let message = format!("there is no record `{}`", key.text);
                resolver.sink.unknown(
                    "unknown-record",
                    message,
                    (&key.text, key.span),
                    records.keys().map(String::as_str),
                );
            }
            let Some(line) = text(node, "where the key stands", &mut resolver.sink.found) else { continue };
            let (keys, when_kind) = match line.text.split_once(" when ") {
                Some((keys, kind)) => (keys, Some(kind.trim().to_owned())),
                None => (line.text.as_str(), None),
            };
            let keys = keys.split(',').filter_map(|path| Path::parse(path.trim())).collect();
            named.push(WebhookRecord { record: key.text.clone(), keys, when_kind });
        }
    }
    let kind = texts_of(resolver, &map, "kind").first().and_then(|path| Path::parse(path));
    Some(WebhookRules { header, encoding, secret, kind, records: named })
}

/// A word that is one of a few.
fn one_of(resolver: &mut Resolver<'_>, map: &Mapping<'_>, key: &str, known: &[&str]) -> Option<String> {
    let word = map.get(key).and_then(|node| text(node, key, &mut resolver.sink.found))?;
    if !known.contains(&word.text.as_str()) {
        let message = format!("`{key}` cannot be `{}`", word.text);
        resolver.sink.unknown("unknown-value", message, (&word.text, word.span), known.iter().copied());
    }
    Some(word.text.clone())
}

fn record(
    resolver: &mut Resolver<'_>,
    (system, name): (&str, &str),
    node: &Node,
    conditions: &mut Vec<SystemCondition>,
) -> Option<RecordType> {
    let allowed = ["about", "key", "created", "modified", "priority", "fields", "calls", "states"];
    let map = Mapping::of(node, &format!("record `{name}`"), &allowed, &mut resolver.sink.found)?;
    let mut fields = Vec::new();
    if let Some(lines) = map
        .require("fields", &mut resolver.sink.found)
        .and_then(|node| Mapping::of(node, "`fields`", &[], &mut resolver.sink.found))
    {
        for (key, node) in lines.entries() {
            let Some(scalar) = text(node, "a field", &mut resolver.sink.found) else { continue };
            // A field whose line is wrong is there all the same: rules that name it are not to blame.
            let line = resolver.sink.keep(system_line::field(scalar)).unwrap_or_else(FieldLine::of_any_kind);
            fields.extend(field(resolver, key, &line));
            if let Some((tree, _)) = line.required_when.filter(|(tree, _)| of_the_record(resolver, key, tree)) {
                conditions.push(SystemCondition {
                    system: system.to_owned(),
                    record: name.to_owned(),
                    tree,
                    reads_on: true,
                });
            }
        }
    }
    let mut own = |key: &str| -> Option<String> {
        let scalar = map.get(key).and_then(|node| text(node, key, &mut resolver.sink.found))?;
        if !fields.iter().any(|field: &Field| field.path.to_string() == scalar.text) {
            let known: Vec<String> = fields.iter().map(|field| field.path.to_string()).collect();
            let message = format!("record `{name}` has no field `{}`", scalar.text);
            resolver.sink.unknown(
                "unknown-field",
                message,
                (&scalar.text, scalar.span),
                known.iter().map(String::as_str),
            );
        }
        Some(scalar.text.clone())
    };
    let (key, created, modified) = (own("key").unwrap_or_else(|| "id".to_owned()), own("created"), own("modified"));
    let mut record = RecordType {
        system: system.to_owned(),
        name: name.to_owned(),
        key,
        created,
        modified,
        first: one_of(resolver, &map, "priority", &["first"]).is_some(),
        fields,
        ..RecordType::default()
    };
    if let Some(calls) = map.get("calls").and_then(|node| Mapping::of(node, "`calls`", &[], &mut resolver.sink.found)) {
        for (key, node) in calls.entries() {
            record_calls::resolve(resolver, &mut record, key, node);
        }
    }
    let states = map.get("states").and_then(|node| states(resolver, &record, node));
    record.states = states;
    Some(record)
}

/// What is required under a condition is a field of the record itself.
fn of_the_record(resolver: &mut Resolver<'_>, key: &Scalar, tree: &Expression) -> bool {
    let is_whole = !key.text.contains("[]");
    if !is_whole {
        let message = format!("`{}` is a field of each element, and the condition would read the record", key.text);
        resolver.sink.error("syntax-system", message, tree.span, "`required when` stands outside lists");
    }
    is_whole
}

/// A field, with the list that holds it where it is inside one.
fn field(resolver: &Resolver<'_>, key: &Scalar, line: &FieldLine) -> Option<Field> {
    let path = Path::parse(&key.text)?;
    // Inside a list, places are counted from the element.
    let tail = match path.0.iter().rposition(|segment| *segment == Segment::Each) {
        Some(at) => Path(path.0.get(at + 1..).unwrap_or_default().to_vec()),
        None => path.clone(),
    };
    let mut places = line.at.iter().filter_map(|place| Path::parse(place));
    let read_at = places.next().unwrap_or_else(|| tail.clone());
    let body = match line.body.as_deref().and_then(Path::parse) {
        Some(path) => path,
        None if line.header.is_some() => tail,
        None => read_at.clone(),
    };
    let (kind, shape) = kind(&line.kind);
    let moment = line.write_on.as_deref();
    Some(Field {
        path,
        kind,
        shape,
        read_at,
        read_also: places.collect(),
        write_kind: line.body_kind.as_deref().map(simple),
        together: line.together.as_deref().and_then(Path::parse),
        write: line.header.clone().map_or(WritePlace::Body(body), WritePlace::Header),
        required_on_create: line.required_on_create,
        required_when: line
            .required_when
            .clone()
            .map(|(tree, text)| Requirement { condition: resolver.names.compile(tree), text }),
        write_only: line.write_only,
        on_create: !line.read_only && moment != Some("update"),
        on_update: !line.read_only && moment != Some("create"),
        on_add: false,
        max: line.max,
        presence: match line.always {
            None if line.sparse => Presence::Sparse,
            None => Presence::Open,
            Some(true) => Presence::Shown,
            Some(false) => Presence::Filled,
        },
        assumed: line.assumed,
        span: key.span,
    })
}

fn kind(written: &FieldKind) -> (Kind, FieldShape) {
    match written {
        FieldKind::Simple(name) => (simple(name), FieldShape::Plain),
        FieldKind::List(name) => (Kind::List(Box::new(simple(name))), FieldShape::Plain),
        FieldKind::Enumeration(values) => (Kind::Enum(values.clone().into()), FieldShape::Plain),
        FieldKind::Reference(record, key) => {
            (Kind::Reference(record.as_str().into()), key.clone().map_or(FieldShape::Plain, FieldShape::KeyIn))
        }
        FieldKind::Money(amount, currency) => {
            (Kind::Decimal, FieldShape::Money { amount: amount.clone(), currency: currency.clone() })
        }
    }
}

fn simple(name: &str) -> Kind {
    match name {
        "uuid" | "text" => Kind::Text,
        "integer" => Kind::Integer,
        "decimal" | "money" => Kind::Decimal,
        "bool" => Kind::Bool,
        "timestamp" => Kind::Timestamp,
        "date" => Kind::Date,
        "record" => Kind::Record("".into()),
        _ => Kind::Any,
    }
}
