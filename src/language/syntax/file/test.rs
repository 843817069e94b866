//! Tests beside the rules: what is given, what happens, what must come of it.

use super::accounts::{CarriesLine, carries};
use super::data::{Data, NamedData, settings};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::{GIVEN, TEST, TEST_ACCOUNT, TEST_ACCOUNTS, TESTS_FILE, THEN, WHEN};
use crate::language::syntax::mapping::{Found, Mapping, list, text};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};

/// Keys that say what must come of a test.
const EXPECTS: [&str; 6] = ["then", "exactly", "calls", "parked", "told", "nothing"];

/// A test.
#[derive(Clone, Debug)]
pub struct TestTree {
    /// What is tested.
    pub name: Name,
    /// How things stand before.
    pub given: GivenTree,
    /// What changes.
    pub when: Vec<(RecordKey, Data)>,
    /// What must hold afterwards.
    pub then: Vec<ThenTree>,
    /// The writes.
    pub calls: Option<CallsTree>,
    /// What waits for a person.
    pub parked: Option<WordsTree>,
    /// What the report tells.
    pub told: Option<WordsTree>,
    /// Where it says that nothing is written.
    pub nothing: Option<Span>,
}

/// `given:`
#[derive(Clone, Debug, Default)]
pub struct GivenTree {
    /// Whether records that match are linked.
    pub linked: bool,
    /// Settings of this test.
    pub settings: NamedData,
    /// Accounts of this test that are maps.
    pub accounts: Vec<(Name, TestAccountTree)>,
    /// Records.
    pub records: Vec<(RecordKey, Data)>,
}

/// An account of a test.
#[derive(Clone, Debug)]
pub struct TestAccountTree {
    /// Its system, where it is a new one.
    pub system: Option<Name>,
    /// What it carries.
    pub carries: Option<CarriesLine>,
    /// Settings of its own.
    pub settings: NamedData,
    /// What has no meaning of its own, by name.
    pub properties: NamedData,
}

/// `SYSTEM.RECORD`, or `ACCOUNT.RECORD`.
#[derive(Clone, Debug)]
pub struct RecordKey {
    /// The whole.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Whether it is of two parts.
    pub has_dot: bool,
    /// Before the dot.
    pub head: Name,
    /// Behind it.
    pub record: Name,
}

/// What a kind of record must hold afterwards.
#[derive(Clone, Debug)]
pub struct ThenTree {
    /// The kind.
    pub key: RecordKey,
    /// One record, several, or `none`.
    pub data: Data,
    /// Whether nothing else may be there.
    pub exactly: bool,
}

/// `calls:`
#[derive(Clone, Debug)]
pub enum CallsTree {
    /// How many.
    Count {
        /// The number.
        count: usize,
        /// Where it stands.
        span: Span,
    },
    /// Which, in order.
    Lines {
        /// Those that are calls.
        lines: Vec<CallLine>,
        /// How many are written.
        written: usize,
        /// Where they stand.
        span: Span,
    },
}

/// Words of what is told, once or for each of several.
#[derive(Clone, Debug)]
pub struct WordsTree {
    /// As written.
    pub words: Vec<Name>,
    /// Whether they are a list, which names all there is.
    pub listed: bool,
    /// Where they stand.
    pub span: Span,
}

/// `create SYSTEM.RECORD`, with what it writes.
#[derive(Clone, Debug)]
pub struct CallLine {
    /// `create`, `update` or `move`, as written.
    pub action: Name,
    /// The kind of record.
    pub key: RecordKey,
    /// What it writes, where that matters.
    pub data: Option<Data>,
    /// The whole line.
    pub span: Span,
}

/// Reads the tests of a file: of a `tests:` file, or those beside something else.
pub(super) fn parse(file: &Node, found: &mut Found) -> Vec<TestTree> {
    let NodeKind::Mapping(entries) = &file.kind else { return Vec::new() };
    if entries.first().is_some_and(|(key, _)| key.text == "tests") {
        let _ = Mapping::of(file, &TESTS_FILE, found);
    }
    let Some((_, tests)) = entries.iter().find(|(key, _)| key.text == "tests") else { return Vec::new() };
    list(tests, "`tests`", found).into_iter().filter_map(|node| test(node, found)).collect()
}

fn test(node: &Node, found: &mut Found) -> Option<TestTree> {
    let map = Mapping::of(node, &TEST, found)?;
    let name = map.text("name", "`name`", found)?.name();
    let given = map.get("given", found).and_then(|node| Mapping::of(node, &GIVEN, found));
    let given = given.map(|map| given_tree(&map, found)).unwrap_or_default();
    let when = map.get("when", found).and_then(|node| Mapping::of(node, &WHEN, found));
    let when = when.iter().flat_map(Mapping::named).map(|(key, node)| (RecordKey::of(key), Data::of(node))).collect();
    let mut then = Vec::new();
    for (key, exactly) in [("then", false), ("exactly", true)] {
        let what = format!("`{key}`");
        let said = map.get(key, found).and_then(|node| Mapping::called(node, &what, &THEN, found));
        let entries = said.iter().flat_map(Mapping::named);
        if let Some(said) = said.as_ref().filter(|said| said.named().next().is_none()) {
            idle(&format!("`{key}` names no record"), "say what a record must hold, or leave it out", said.span, found);
        }
        then.extend(entries.map(|(key, node)| ThenTree { key: RecordKey::of(key), data: Data::of(node), exactly }));
    }
    let calls = map.get("calls", found).and_then(|node| calls(node, found));
    let parked = map.get("parked", found).and_then(|node| words(node, &PARKED, found));
    let told = map.get("told", found).and_then(|node| words(node, &TOLD, found));
    let nothing = map.get("nothing", found).and_then(|node| truth(node, "nothing", found));
    if let Some((_, span)) = nothing.filter(|(said, _)| !said) {
        idle("`nothing: false` expects nothing", "leave it out, or say which writes there are: `calls`", span, found);
    }
    let nothing = nothing.filter(|(said, _)| *said).map(|(_, span)| span);
    // A key that is not understood may be the one.
    if map.is_known() && !EXPECTS.iter().any(|key| map.has(key)) {
        let at = "say what must come of it: `then`, `exactly`, `calls`, `parked`, `told` or `nothing`";
        let message = format!("test `{}` expects nothing", name.text);
        found.push(Diagnostic::error(Code("missing-key"), message, name.span, at));
    }
    Some(TestTree { name, given, when, then, calls, parked, told, nothing })
}

/// The shortest text that tells one reason from others, in characters.
const WORDS_CHARACTERS_MIN: usize = 4;

/// A key whose text is words of what people are told.
struct Worded {
    key: &'static str,
    /// What stands in what people are told.
    idle: &'static str,
    help: &'static str,
}

const PARKED: Worded = Worded {
    key: "`parked`",
    idle: "stands in many a reason",
    help: "write the park's code, words of its reason, or `true` for any park",
};

const TOLD: Worded = Worded {
    key: "`told`",
    idle: "stands in much that is told",
    help: "write words of what the report tells, the name of a line of `agree`, or `none`",
};

/// One text, or a list of them; `none` is the empty list.
fn words(node: &Node, said: &Worded, found: &mut Found) -> Option<WordsTree> {
    let listed = matches!(node.kind, NodeKind::Sequence(_));
    let items = match &node.kind {
        NodeKind::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let words: Vec<Name> = items.iter().filter_map(|item| Some(text(item, said.key, found)?.name())).collect();
    let none = !listed && words.iter().all(|word| word.text == "none");
    if words.is_empty() != items.is_empty() {
        return None;
    }
    let short = |word: &&Name| word.text.chars().count() < WORDS_CHARACTERS_MIN;
    for word in words.iter().filter(short) {
        idle(&format!("{:?} {}", word.text, said.idle), said.help, word.span, found);
    }
    let span = if let NodeKind::Scalar(scalar) = &node.kind { scalar.span } else { node.span };
    Some(WordsTree { words: if none { Vec::new() } else { words }, listed: listed || none, span })
}

/// An expectation that holds whatever happens.
fn idle(message: &str, help: &str, span: Span, found: &mut Found) {
    let finding = Diagnostic::error(Code("idle-expectation"), message.to_owned(), span, "this holds whatever happens");
    found.push(finding.help(help.to_owned()));
}

fn given_tree(map: &Mapping<'_>, found: &mut Found) -> GivenTree {
    let linked = map.get("linked", found).and_then(|node| truth(node, "linked", found));
    let accounts = map.get("accounts", found).and_then(|node| Mapping::of(node, &TEST_ACCOUNTS, found));
    let entries = accounts.iter().flat_map(Mapping::named);
    GivenTree {
        linked: linked.is_some_and(|(linked, _)| linked),
        settings: map.get("settings", found).and_then(|node| settings(node, found)).unwrap_or_default(),
        accounts: entries.filter_map(|(key, node)| Some((key.name(), account(key, node, found)?))).collect(),
        records: map.named().map(|(key, node)| (RecordKey::of(key), Data::of(node))).collect(),
    }
}

fn account(key: &Scalar, node: &Node, found: &mut Found) -> Option<TestAccountTree> {
    let map = Mapping::called(node, &format!("account `{}`", key.text), &TEST_ACCOUNT, found)?;
    let mut account = TestAccountTree {
        system: map.text("system", "`system`", found).map(Scalar::name),
        carries: map.get("carries", found).and_then(|node| carries(node, found)),
        settings: map.get("settings", found).and_then(|node| settings(node, found)).unwrap_or_default(),
        properties: Vec::new(),
    };
    for (key, node) in map.named() {
        if matches!(key.text.as_str(), "base_url" | "secrets") {
            let message = format!("`{}` has no place in a test", key.text);
            let at = "a test never leaves this machine";
            found.push(Diagnostic::error(Code("unknown-key"), message, key.span, at));
        } else {
            account.properties.push((key.name(), Data::of(node)));
        }
    }
    Some(account)
}

fn truth(node: &Node, what: &str, found: &mut Found) -> Option<(bool, Span)> {
    let scalar = text(node, what, found)?;
    let said = scalar.text.parse().ok();
    if said.is_none() {
        let message = format!("`{what}` is true or false");
        found.push(Diagnostic::error(Code("type-value"), message, scalar.span, "neither"));
    }
    said.map(|said| (said, scalar.span))
}

impl RecordKey {
    fn of(key: &Scalar) -> Self {
        let (end, split) = (key.text.len(), key.text.find('.'));
        let head = split.unwrap_or(end);
        let record = key.named((head + 1).min(end), end);
        Self { text: key.text.clone(), span: key.span, has_dot: split.is_some(), head: key.named(0, head), record }
    }
}

fn calls(node: &Node, found: &mut Found) -> Option<CallsTree> {
    let NodeKind::Sequence(items) = &node.kind else {
        let scalar = text(node, "`calls`", found)?;
        if let Ok(count) = scalar.text.parse() {
            return Some(CallsTree::Count { count, span: scalar.span });
        }
        let message = format!("`{}` is no number of calls", scalar.text);
        let at = "write a number, or a list of lines such as `update system.record`";
        found.push(Diagnostic::error(Code("type-value"), message, scalar.span, at));
        return None;
    };
    let mut lines = Vec::new();
    for item in items {
        match &item.kind {
            NodeKind::Scalar(line) => lines.push(call(line, None)),
            NodeKind::Mapping(entries) => lines.extend(entries.iter().map(|(line, node)| call(line, Some(node)))),
            _ => {
                let message = "a call reads `update system.record`";
                found.push(Diagnostic::error(Code("type-shape"), message, item.span, "not a call"));
            }
        }
    }
    Some(CallsTree::Lines { lines, written: items.len(), span: node.span })
}

fn call(line: &Scalar, node: Option<&Node>) -> CallLine {
    let (action, rest) = line.text.split_once(' ').unwrap_or((&line.text, ""));
    let start = line.text.len() - rest.trim_start().len();
    let key = RecordKey::of(&line.tail(start));
    CallLine { action: line.named(0, action.len()), key, data: node.map(Data::of), span: line.span }
}
