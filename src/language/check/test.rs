//! Rule tests: every record, field and value in them, against the system files.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::carries;
use super::checker::Checker;
use super::test_gone;
use super::test_value::{Place, fields};
use crate::language::plan::test::{Calls, Expectation, ExpectedCall, RuleTest, TestAccount, TestRecord, Words};
use crate::language::plan::{Action, RecordType};
use crate::language::resolve::carries::of;
use crate::language::resolve::settings::{overrides, setting};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::GIVEN;
use crate::language::syntax::file::data::{Data, DataKind};
use crate::language::syntax::file::test::{
    CallLine, CallsTree, GivenTree, RecordKey, TestAccountTree, TestTree, ThenTree, WordsTree,
};
use crate::value::Record;

/// The writes that `calls` may list.
const ACTIONS: [Action; 4] = [Action::Create, Action::Update, Action::Move, Action::Remove];

/// Judges a test: of a `tests:` file, or beside a pipeline or table.
pub(super) fn check(checker: &mut Checker<'_>, tree: &TestTree) -> RuleTest {
    let mut test = RuleTest {
        name: tree.name.text.clone(),
        span: tree.name.span,
        line: checker.names.line(tree.name.span),
        given: Vec::new(),
        linked: false,
        settings: BTreeMap::new(),
        accounts: Vec::new(),
        when: Vec::new(),
        gone: Vec::new(),
        then: Vec::new(),
        calls: None,
        parked: None,
        told: None,
        nothing: None,
    };
    conditions(checker, &tree.given, &mut test);
    let others: Vec<&str> = GIVEN.fields.iter().map(|field| field.name).collect();
    test.given = records(checker, &tree.given.records, &test, &others);
    let (changed, gone) = test_gone::split(&tree.when);
    test.when = records(checker, &changed, &test, &[]);
    for (key, texts) in &gone {
        let Some((account, record)) = key.has_dot.then(|| kind(checker, key, &test)).flatten() else { continue };
        let found = test_gone::records(checker, (account, record), texts, &test);
        test.gone.extend(found);
    }
    for then in &tree.then {
        let found = expectation(checker, then, &test);
        test.then.extend(found);
    }
    test.calls = tree.calls.as_ref().map(|tree| calls(checker, tree, &test));
    test.parked = tree.parked.as_ref().map(words);
    test.told = tree.told.as_ref().map(words);
    test.nothing = tree.nothing;
    unclear_changes(checker, &test);
    test
}

/// `linked`, `settings` and `accounts`.
fn conditions(checker: &mut Checker<'_>, given: &GivenTree, test: &mut RuleTest) {
    test.linked = given.linked;
    overrides(&checker.names, &mut checker.sink, (&given.settings, ""), &mut test.settings);
    for (key, tree) in &given.accounts {
        test.accounts.extend(account(checker, key, tree));
    }
}

fn account(checker: &mut Checker<'_>, key: &Name, tree: &TestAccountTree) -> Option<TestAccount> {
    let system = tree.system.clone();
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
    if let Some(line) = &tree.carries {
        let carried = of(&checker.names, named.as_deref().unwrap_or_default(), line);
        carried.iter().for_each(|carried| carries::check(checker, carried));
        found.carries = Some(carried.and_then(|carried| carried.carries));
    }
    overrides(&checker.names, &mut checker.sink, (&tree.settings, ""), &mut found.settings);
    for (key, data) in &tree.properties {
        let value = setting(&mut checker.sink, data);
        found.properties.insert(key.text.clone(), value);
    }
    Some(found)
}

/// A test may speak of a system as if it had one account, named like it; the rules' own are left out then.
fn stands_alone(checker: &Checker<'_>, name: &str) -> Option<String> {
    let known = checker.names.accounts.contains_key(name);
    (!known && checker.names.systems.contains_key(name)).then(|| name.to_owned())
}

fn records(
    checker: &mut Checker<'_>,
    entries: &[(RecordKey, Data)],
    test: &RuleTest,
    others: &[&str],
) -> Vec<TestRecord> {
    let mut found = Vec::new();
    for (key, data) in entries {
        if !key.has_dot {
            let message = format!("`{}` is no record; a record is named `system.record`", key.text);
            checker.sink.unknown("unknown-key", message, (&key.text, key.span), others.iter().copied());
            continue;
        }
        let Some((account, record)) = kind(checker, key, test) else { continue };
        found.extend(each(checker, (&account, &record), key, data));
    }
    found
}

/// One record, or a list of them.
fn each(
    checker: &mut Checker<'_>,
    (account, record): (&str, &Arc<RecordType>),
    key: &RecordKey,
    data: &Data,
) -> Vec<TestRecord> {
    let all = match &data.kind {
        DataKind::List(items) => items.as_slice(),
        DataKind::Nothing => &[],
        _ => std::slice::from_ref(data),
    };
    let mut found = Vec::new();
    for data in all {
        let read = fields(checker, &Place::whole(record), data);
        let span = if matches!(data.kind, DataKind::Map(_)) { key.span } else { data.span };
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
fn kind(checker: &mut Checker<'_>, key: &RecordKey, test: &RuleTest) -> Option<(String, Arc<RecordType>)> {
    let (head, name) = (key.head.text.as_str(), key.record.text.as_str());
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
                    checker.sink.error("unknown-account", message, key.head.span, "name the account instead");
                    return None;
                }
            }
        }
        None => {
            let known: Vec<String> = checker.names.systems.keys().chain(accounts.keys()).cloned().collect();
            let message = format!("there is no system or account `{head}`");
            checker.sink.unknown("unknown-system", message, (head, key.head.span), known.iter().map(String::as_str));
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
            let message = format!("system `{system}` has no record `{name}`");
            checker.sink.unknown(
                "unknown-record",
                message,
                (name, key.record.span),
                records.keys().map(String::as_str),
            );
            None
        }
    }
}

fn expectation(checker: &mut Checker<'_>, then: &ThenTree, test: &RuleTest) -> Option<Expectation> {
    let (account, record) = kind(checker, &then.key, test)?;
    let none = then.data.text().is_some_and(|text| text.text == "none");
    let records = if none { Vec::new() } else { each(checker, (&account, &record), &then.key, &then.data) };
    let listed = matches!(then.data.kind, DataKind::List(_));
    Some(Expectation { account, record, records, listed, exactly: then.exactly, span: then.key.span })
}

/// A number, or lines such as `create system.record`, each with what it writes where that matters.
fn calls(checker: &mut Checker<'_>, tree: &CallsTree, test: &RuleTest) -> Calls {
    match tree {
        CallsTree::Count { count, span } => Calls { count: *count, list: None, span: *span },
        CallsTree::Lines { lines, written, span } => {
            let mut found = Vec::new();
            for line in lines {
                found.extend(call(checker, line, test));
            }
            let span = found.first().map_or(*span, |call: &ExpectedCall| call.record.span);
            Calls { count: *written, list: Some(found), span }
        }
    }
}

fn call(checker: &mut Checker<'_>, line: &CallLine, test: &RuleTest) -> Option<ExpectedCall> {
    let written = line.action.text.as_str();
    let Some(action) = ACTIONS.into_iter().find(|known| known.as_str() == written) else {
        let message = format!("there is no write `{written}`");
        checker.sink.unknown("unknown-value", message, (written, line.action.span), ACTIONS.map(Action::as_str));
        return None;
    };
    let (account, record) = kind(checker, &line.key, test)?;
    let fields = match &line.data {
        Some(data) => fields(checker, &Place::whole(&record), data)?,
        None => Record::new(),
    };
    Some(ExpectedCall { action, record: TestRecord { account, record, fields, span: line.span } })
}

fn words(said: &WordsTree) -> Words {
    let any = !said.listed && said.words.iter().any(|word| word.text == "true");
    let texts = said.words.iter().map(|word| word.text.clone()).collect();
    Words { texts: (!any).then_some(texts), listed: said.listed, span: said.span }
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
