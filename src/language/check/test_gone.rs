//! Records that a test takes away: `gone`, or `gone KEY` of several. Knows no change of a record.

use std::sync::Arc;

use super::checker::Checker;
use crate::diagnostic::Span;
use crate::language::plan::RecordType;
use crate::language::plan::test::{GoneRecord, RuleTest};
use crate::language::syntax::file::data::{Data, DataKind, DataText};
use crate::language::syntax::file::test::RecordKey;
use crate::value::Value;

/// The word.
const GONE: &str = "gone";

/// Entries of `when`, each with the key that it stands behind.
type Entries<What> = Vec<(RecordKey, What)>;

/// What changes and what is taken away, each with the key that it stands behind.
pub(super) fn split(when: &[(RecordKey, Data)]) -> (Entries<Data>, Entries<Vec<DataText>>) {
    let (mut changed, mut gone) = (Vec::new(), Vec::new());
    for (key, data) in when {
        let items = match &data.kind {
            DataKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(data),
        };
        let (away, rest): (Vec<&Data>, Vec<&Data>) = items.iter().partition(|item| key_of(item).is_some());
        if !rest.is_empty() || items.is_empty() {
            let kind = match &data.kind {
                DataKind::List(_) => DataKind::List(rest.into_iter().cloned().collect()),
                kind => kind.clone(),
            };
            changed.push((key.clone(), Data { kind, span: data.span }));
        }
        if !away.is_empty() {
            gone.push((key.clone(), away.into_iter().filter_map(Data::text).cloned().collect()));
        }
    }
    (changed, gone)
}

/// The key behind the word, empty where it stands alone; `None`: this is another text, or none.
fn key_of(data: &Data) -> Option<&str> {
    let text = data.text()?.text.strip_prefix(GONE)?;
    (text.is_empty() || text.starts_with(' ')).then(|| text.trim())
}

/// The records of a kind that are taken away.
pub(super) fn records(
    checker: &mut Checker<'_>,
    (account, record): (String, Arc<RecordType>),
    texts: &[DataText],
    test: &RuleTest,
) -> Vec<GoneRecord> {
    let mut found = Vec::new();
    let given = test.given.iter().filter(|one| one.account == account && one.record.name == record.name);
    let keys: Vec<Option<String>> = given.map(|one| one.fields.get(&record.key).and_then(Value::to_key)).collect();
    for text in texts {
        let key = text.text.strip_prefix(GONE).unwrap_or_default().trim();
        // What is linked and not given is made up.
        if keys.is_empty() && !test.linked {
            let message = format!("no {} is given that could be gone", record.name);
            checker.sink.error("missing-key", message, text.span, "nothing is taken away by this");
        } else if key.is_empty() && keys.len() > 1 {
            let message = format!("{} {} records are given", keys.len(), record.name);
            let at = format!("say which one is gone by its `{}`: `gone KEY`", record.key);
            checker.sink.error("missing-key", message, text.span, &at);
        } else if !key.is_empty() && is_none_of(&keys, key) {
            let message = format!("no {} {key} is given that could be gone", record.name);
            let known: Vec<&str> = keys.iter().flatten().map(String::as_str).collect();
            checker.sink.unknown("unknown-record", message, (key, place(text, key)), known);
        } else {
            let key = (!key.is_empty()).then(|| key.to_owned());
            found.push(GoneRecord { account: account.clone(), record: Arc::clone(&record), key, span: text.span });
        }
    }
    found
}

/// Whether there are such records, and all of them have another key.
fn is_none_of(keys: &[Option<String>], key: &str) -> bool {
    !keys.is_empty() && keys.iter().all(|known| known.as_deref().is_some_and(|known| known != key))
}

/// Where the key stands.
fn place(text: &DataText, key: &str) -> Span {
    let start = if text.plain { text.span.end.saturating_sub(key.len()) } else { text.span.start };
    Span { start, ..text.span }
}
