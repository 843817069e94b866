//! Rule tests: their keys, and every record, field and value in them, against the system files.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::carries;
use super::checker::Checker;
use super::test_value::{Place, fields};
use crate::diagnostic::Span;
use crate::language::plan::test::{Calls, Expectation, ExpectedCall, Parked, RuleTest, TestAccount, TestRecord};
use crate::language::plan::{Action, RecordType};
use crate::language::resolve::carries::read;
use crate::language::resolve::settings::{overrides, setting};
use crate::language::syntax::mapping::{Mapping, list, text};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::Record;

const KEYS: [&str; 9] = ["name", "about", "given", "when", "then", "exactly", "calls", "parked", "nothing"];

/// Keys of `given` that are no records.
const GIVEN_KEYS: [&str; 3] = ["linked", "settings", "accounts"];

/// The writes that `calls` may list.
const ACTIONS: [Action; 3] = [Action::Create, Action::Update, Action::Move];

/// Reads the tests of a file: of a `tests:` file, or those beside a pipeline or table.
pub(super) fn check(checker: &mut Checker<'_>, node: &Node) -> Vec<RuleTest> {
    let NodeKind::Mapping(entries) = &node.kind else { return Vec::new() };
    if entries.first().is_some_and(|(key, _)| key.text == "tests") {
        let _ = Mapping::of(node, "a file of tests", &["tests", "about"], &mut checker.sink.found);
    }
    let Some((_, tests)) = entries.iter().find(|(key, _)| key.text == "tests") else { return Vec::new() };
    let nodes = list(tests, "`tests`", &mut checker.sink.found);
    nodes.into_iter().filter_map(|node| test(checker, node)).collect()
}

fn test(checker: &mut Checker<'_>, node: &Node) -> Option<RuleTest> {
    let map = Mapping::of(node, "a test", &KEYS, &mut checker.sink.found)?;
    let name =
        map.require("name", &mut checker.sink.found).and_then(|node| text(node, "`name`", &mut checker.sink.found))?;
    let mut test = RuleTest {
        name: name.text.clone(),
        span: name.span,
        line: checker.names.line(name.span),
        given: Vec::new(),
        linked: false,
        settings: BTreeMap::new(),
        accounts: Vec::new(),
        when: Vec::new(),
        then: Vec::new(),
        calls: None,
        parked: None,
        nothing: None,
    };
    if let Some(given) = map.get("given").and_then(|node| Mapping::of(node, "`given`", &[], &mut checker.sink.found)) {
        conditions(checker, &given, &mut test);
        test.given = records(checker, &given, &test, &GIVEN_KEYS);
    }
    if let Some(when) = map.get("when").and_then(|node| Mapping::of(node, "`when`", &[], &mut checker.sink.found)) {
        test.when = records(checker, &when, &test, &[]);
    }
    for (key, exactly) in [("then", false), ("exactly", true)] {
        if let Some(then) =
            map.get(key).and_then(|node| Mapping::of(node, &format!("`{key}`"), &[], &mut checker.sink.found))
        {
            let found = expectations(checker, &then, &test, exactly);
            test.then.extend(found);
        }
    }
    test.calls = map.get("calls").and_then(|node| calls(checker, node, &test));
    test.parked = map.get("parked").and_then(|node| parked(checker, node));
    let nothing = map.get("nothing").and_then(|node| truth(checker, node, "nothing"));
    test.nothing = nothing.filter(|(said, _)| *said).map(|(_, span)| span);
    unclear_changes(checker, &test);
    if test.then.is_empty() && test.calls.is_none() && test.parked.is_none() && test.nothing.is_none() {
        let found = !KEYS.iter().skip(4).any(|key| map.get(key).is_some());
        if found {
            let at = "say what must come of it: `then`, `exactly`, `calls`, `parked` or `nothing`";
            checker.sink.error("missing-key", format!("test `{}` expects nothing", name.text), name.span, at);
        }
    }
    Some(test)
}

fn truth(checker: &mut Checker<'_>, node: &Node, what: &str) -> Option<(bool, Span)> {
    let scalar = text(node, what, &mut checker.sink.found)?;
    match scalar.text.as_str() {
        "true" => Some((true, scalar.span)),
        "false" => Some((false, scalar.span)),
        _ => {
            checker.sink.error("type-value", format!("`{what}` is true or false"), scalar.span, "neither");
            None
        }
    }
}

/// `linked`, `settings` and `accounts`.
fn conditions(checker: &mut Checker<'_>, given: &Mapping<'_>, test: &mut RuleTest) {
    if let Some((linked, _)) = given.get("linked").and_then(|node| truth(checker, node, "linked")) {
        test.linked = linked;
    }
    if let Some(node) = given.get("settings") {
        overrides(&checker.names, &mut checker.sink, node, "", &mut test.settings);
    }
    let accounts = given.get("accounts").and_then(|node| Mapping::of(node, "`accounts`", &[], &mut checker.sink.found));
    for (key, node) in accounts.iter().flat_map(Mapping::entries) {
        test.accounts.extend(account(checker, key, node));
    }
}

fn account(checker: &mut Checker<'_>, key: &Scalar, node: &Node) -> Option<TestAccount> {
    let map = Mapping::of(node, &format!("account `{}`", key.text), &[], &mut checker.sink.found)?;
    let system = map.get("system").and_then(|node| text(node, "`system`", &mut checker.sink.found)).cloned();
    match &system {
        Some(system) if !checker.names.systems.contains_key(&system.text) => {
            let known: Vec<String> = checker.names.systems.keys().cloned().collect();
            let message = format!("there is no system `{}`", system.text);
            checker.sink.unknown(
                "unknown-system",
                message,
                (&system.text, system.span),
                known.iter().map(String::as_str),
            );
        }
        None if !checker.names.accounts.contains_key(&key.text) && !checker.names.systems.contains_key(&key.text) => {
            let known: Vec<String> = checker.names.accounts.keys().cloned().collect();
            let message = format!("there is no account `{}`; a new one says its `system`", key.text);
            checker.sink.unknown("unknown-account", message, (&key.text, key.span), known.iter().map(String::as_str));
            return None;
        }
        _ => {}
    }
    let mut found = TestAccount {
        name: key.text.clone(),
        system: system.map(|system| system.text).or_else(|| stands_alone(checker, &key.text)),
        properties: BTreeMap::new(),
        carries: None,
        settings: BTreeMap::new(),
    };
    let named =
        found.system.clone().or_else(|| checker.names.accounts.get(&key.text).map(|known| known.system.clone()));
    for (key, node) in map.entries().filter(|(key, _)| key.text != "system") {
        match key.text.as_str() {
            "carries" => {
                let system = named.as_deref().unwrap_or_default();
                let carried = read(&checker.names, &mut checker.sink, system, node);
                carried.iter().for_each(|carried| carries::check(checker, carried));
                found.carries = Some(carried.and_then(|carried| carried.carries));
            }
            "settings" => overrides(&checker.names, &mut checker.sink, node, "", &mut found.settings),
            "base_url" | "secrets" => {
                let at = "a test never leaves this machine";
                checker.sink.error("unknown-key", format!("`{}` has no place in a test", key.text), key.span, at);
            }
            _ => {
                let value = setting(&mut checker.sink, node);
                found.properties.insert(key.text.clone(), value);
            }
        }
    }
    Some(found)
}

/// A test may speak of a system as if it had one account, named like it; the rules' own are left out then.
fn stands_alone(checker: &Checker<'_>, name: &str) -> Option<String> {
    let known = checker.names.accounts.contains_key(name);
    (!known && checker.names.systems.contains_key(name)).then(|| name.to_owned())
}

fn records(checker: &mut Checker<'_>, map: &Mapping<'_>, test: &RuleTest, others: &[&str]) -> Vec<TestRecord> {
    let mut found = Vec::new();
    for (key, node) in map.entries().filter(|(key, _)| !others.contains(&key.text.as_str())) {
        if !key.text.contains('.') {
            let message = format!("`{}` is no record; a record is named `system.record`", key.text);
            checker.sink.unknown("unknown-key", message, (&key.text, key.span), others.iter().copied());
            continue;
        }
        let Some((account, record)) = kind(checker, key, test) else { continue };
        found.extend(each(checker, (&account, &record), key, node));
    }
    found
}

/// One record, or a list of them.
fn each(
    checker: &mut Checker<'_>,
    (account, record): (&str, &Arc<RecordType>),
    key: &Scalar,
    node: &Node,
) -> Vec<TestRecord> {
    let nodes = match &node.kind {
        NodeKind::Sequence(items) => items.iter().collect(),
        NodeKind::Null => Vec::new(),
        _ => vec![node],
    };
    let mut found = Vec::new();
    for node in nodes {
        let read = fields(checker, &Place::whole(record), node);
        let span = if matches!(node.kind, NodeKind::Mapping(_)) { key.span } else { node.span };
        found.extend(read.map(|fields| TestRecord {
            account: account.to_owned(),
            record: Arc::clone(record),
            fields,
            span,
        }));
    }
    found
}

/// `system.record`, or `account.record` where a system has several accounts.
fn kind(checker: &mut Checker<'_>, key: &Scalar, test: &RuleTest) -> Option<(String, Arc<RecordType>)> {
    let (head, name) = key.text.split_once('.').unwrap_or((&key.text, ""));
    let split = head.len().min(key.text.len());
    let own = test.accounts.iter().filter_map(|one| one.system.clone().map(|system| (one.name.clone(), system)));
    let of_files = checker.names.accounts.values().map(|account| (account.name.clone(), account.system.clone()));
    let mut accounts: BTreeMap<String, String> = of_files.collect();
    accounts.extend(own);
    let (account, system) = match accounts.get(head) {
        Some(system) => (head.to_owned(), system.clone()),
        None if checker.names.systems.contains_key(head) => {
            let of: Vec<&String> =
                accounts.iter().filter(|(_, system)| *system == head).map(|(name, _)| name).collect();
            let own = test.accounts.iter().any(|one| one.system.as_deref() == Some(head));
            match of.as_slice() {
                [one] => ((*one).clone(), head.to_owned()),
                // A test that does not care how many accounts there are is played with one.
                [] => (head.to_owned(), head.to_owned()),
                _ if !own => (head.to_owned(), head.to_owned()),
                several => {
                    let names: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
                    let message = format!("`{head}` has several accounts: {}", names.join(", "));
                    checker.sink.error("unknown-account", message, key.part(0, split), "name the account instead");
                    return None;
                }
            }
        }
        None => {
            let known: Vec<String> = checker.names.systems.keys().chain(accounts.keys()).cloned().collect();
            let message = format!("there is no system or account `{head}`");
            checker.sink.unknown(
                "unknown-system",
                message,
                (head, key.part(0, split)),
                known.iter().map(String::as_str),
            );
            return None;
        }
    };
    // An account of a system that is none was told where it stands.
    let records = checker.names.systems.get(&system).map(|system| system.records.clone())?;
    match records.get(name) {
        // Where a pipeline groups its rows, the record's key is what they share.
        Some(record) => {
            let grouped = checker.names.grouped.get(&(system, name.to_owned()));
            Some((account, Arc::clone(grouped.unwrap_or(record))))
        }
        None => {
            let span = key.part((split + 1).min(key.text.len()), key.text.len());
            let message = format!("system `{system}` has no record `{name}`");
            checker.sink.unknown("unknown-record", message, (name, span), records.keys().map(String::as_str));
            None
        }
    }
}

fn expectations(checker: &mut Checker<'_>, map: &Mapping<'_>, test: &RuleTest, exactly: bool) -> Vec<Expectation> {
    let mut found = Vec::new();
    for (key, node) in map.entries() {
        let Some((account, record)) = kind(checker, key, test) else { continue };
        let none = matches!(&node.kind, NodeKind::Scalar(scalar) if scalar.text == "none");
        let records = if none { Vec::new() } else { each(checker, (&account, &record), key, node) };
        found.push(Expectation { account, record, records, exactly, span: key.span });
    }
    found
}

/// A number, or lines such as `create system.record`, each with what it writes where that matters.
fn calls(checker: &mut Checker<'_>, node: &Node, test: &RuleTest) -> Option<Calls> {
    let NodeKind::Sequence(items) = &node.kind else {
        let scalar = text(node, "`calls`", &mut checker.sink.found)?;
        if let Ok(count) = scalar.text.parse() {
            return Some(Calls { count, list: None, span: scalar.span });
        }
        let at = "write a number, or a list of lines such as `update system.record`";
        checker.sink.error("type-value", format!("`{}` is no number of calls", scalar.text), scalar.span, at);
        return None;
    };
    let mut found = Vec::new();
    for item in items {
        match &item.kind {
            NodeKind::Scalar(line) => found.extend(call(checker, line, None, test)),
            NodeKind::Mapping(entries) => {
                for (line, node) in entries {
                    found.extend(call(checker, line, Some(node), test));
                }
            }
            _ => checker.sink.error("type-shape", "a call reads `update system.record`", item.span, "not a call"),
        }
    }
    let span = found.first().map_or(node.span, |call: &ExpectedCall| call.record.span);
    Some(Calls { count: items.len(), list: Some(found), span })
}

fn call(checker: &mut Checker<'_>, line: &Scalar, node: Option<&Node>, test: &RuleTest) -> Option<ExpectedCall> {
    let (action, rest) = line.text.split_once(' ').unwrap_or((&line.text, ""));
    let Some(action) = ACTIONS.into_iter().find(|known| known.as_str() == action) else {
        let message = format!("there is no write `{action}`");
        let span = line.part(0, action.len());
        checker.sink.unknown("unknown-value", message, (action, span), ACTIONS.map(Action::as_str));
        return None;
    };
    let start = line.text.len() - rest.trim_start().len();
    let (account, record) = kind(checker, &line.tail(start), test)?;
    let fields = match node {
        Some(node) => fields(checker, &Place::whole(&record), node)?,
        None => Record::new(),
    };
    Some(ExpectedCall { action, record: TestRecord { account, record, fields, span: line.span } })
}

fn parked(checker: &mut Checker<'_>, node: &Node) -> Option<Parked> {
    let scalar = text(node, "`parked`", &mut checker.sink.found)?;
    let text = (scalar.text != "true").then(|| scalar.text.clone());
    Some(Parked { text, span: scalar.span })
}

/// A change of one of several given records must say which.
fn unclear_changes(checker: &mut Checker<'_>, test: &RuleTest) {
    for change in test.when.iter().filter(|change| !change.fields.contains_key(&change.record.key)) {
        let same = |given: &&TestRecord| given.account == change.account && given.record.name == change.record.name;
        let count = test.given.iter().filter(same).count();
        if count > 1 {
            let message = format!("{count} {} records are given", change.record.name);
            let at = format!("say which one changes by its `{}`", change.record.key);
            checker.sink.error("missing-key", message, change.span, &at);
        }
    }
}
