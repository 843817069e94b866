//! Names in tests: settings, accounts, records and their fields.

use super::symbol::Symbol;
use super::walk::Walk;
use crate::language::syntax::file::data::{Data, DataKind};
use crate::language::syntax::file::test::{CallsTree, RecordKey, TestTree};
use crate::value::{Path, Segment};

impl Walk<'_> {
    pub(super) fn test_uses(&mut self, test: &TestTree) {
        self.settings_use(&test.given.settings, "");
        for (_, account) in &test.given.accounts {
            account.system.iter().for_each(|name| self.system(name));
            self.settings_use(&account.settings, "");
        }
        let records = test.given.records.iter().chain(&test.when).map(|(key, data)| (key, Some(data)));
        let records = records.chain(test.then.iter().map(|then| (&then.key, Some(&then.data))));
        let lines = match &test.calls {
            Some(CallsTree::Lines { lines, .. }) => lines.as_slice(),
            _ => &[],
        };
        let called = lines.iter().map(|line| (&line.key, line.data.as_ref()));
        let all: Vec<(&RecordKey, Option<&Data>)> = records.chain(called).filter(|(key, _)| key.has_dot).collect();
        for (key, data) in all {
            self.test_record(key, data, test);
        }
    }

    fn test_record(&mut self, key: &RecordKey, data: Option<&Data>, test: &TestTree) {
        let head = &key.head;
        let own = test.given.accounts.iter().find(|(name, _)| name.text == head.text);
        let own = own.and_then(|(_, account)| account.system.as_ref()).map(|name| name.text.clone());
        let known = self.rules.accounts.get(&head.text).map(|account| account.system.clone());
        let is_system = self.rules.systems.contains_key(&head.text);
        if is_system {
            self.system(head);
        } else if known.is_some() {
            self.place(head.span, &head.text, Symbol::Account(head.text.clone()));
        }
        let Some(system) = own.or(known).or_else(|| is_system.then(|| head.text.clone())) else { return };
        self.record(&system, &key.record);
        let Some(data) = data else { return };
        let records =
            if let DataKind::List(items) = &data.kind { items.as_slice() } else { std::slice::from_ref(data) };
        for record in records {
            self.test_fields((&system, &key.record.text), &Path::default(), record);
        }
    }

    fn test_fields(&mut self, of: (&str, &str), at: &Path, data: &Data) {
        match &data.kind {
            DataKind::Map(entries) => {
                for (key, data) in entries {
                    self.path(of, at, key, false);
                    let Some(path) = Path::parse(&key.text) else { continue };
                    let mut inner = at.clone();
                    inner.0.extend(path.0);
                    self.test_fields(of, &inner, data);
                }
            }
            DataKind::List(items) => {
                let mut inner = at.clone();
                inner.0.push(Segment::Each);
                items.iter().for_each(|item| self.test_fields(of, &inner, item));
            }
            DataKind::Nothing | DataKind::Text(_) => {}
        }
    }
}
