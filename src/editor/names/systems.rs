//! Names that a system file declares and uses of itself.

use super::symbol::Symbol;
use super::walk::Walk;
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::{CallKey, CallNames, RecordTree, SystemFile};
use crate::value::Path;

impl Walk<'_> {
    pub(super) fn system_declares(&mut self, file: &SystemFile) {
        let Some((system, _)) = &file.head else { return };
        self.declare(system, Symbol::System(system.text.clone()));
        for (record, tree) in &file.records {
            self.declare(record, Symbol::Record(system.text.clone(), record.text.clone()));
            for field in &tree.fields {
                self.path((&system.text, &record.text), &Path::default(), &field.key, true);
            }
            for made in tree.states.iter().filter(|states| !states.rows.is_empty()) {
                self.path((&system.text, &record.text), &Path::default(), &made.field, true);
            }
        }
    }

    pub(super) fn system_uses(&mut self, file: &SystemFile) {
        let Some((system, _)) = &file.head else { return };
        for (record, _) in file.webhook.iter().flat_map(|webhook| &webhook.records) {
            self.record(&system.text, record);
        }
        for (record, tree) in &file.records {
            self.record_uses((&system.text, &record.text), tree);
        }
    }

    fn record_uses(&mut self, of: (&str, &str), tree: &RecordTree) {
        let named =
            tree.key.iter().chain(&tree.created).chain(&tree.modified).chain(&tree.version).chain(&tree.handles);
        let named = named.chain(tree.states.iter().filter(|states| states.rows.is_empty()).map(|states| &states.field));
        named.for_each(|name| self.path(of, &Path::default(), name, false));
        for name in tree.fields.iter().filter_map(|field| field.refers.as_ref()) {
            self.record(of.0, name);
        }
        for (key, call) in &tree.calls {
            if let CallKey::FindBy(name) | CallKey::AddTo(name) = key {
                self.path(of, &Path::default(), name, false);
            }
            self.call_uses(of, &call.names);
        }
        for step in tree.states.iter().flat_map(|states| &states.moves) {
            self.call_uses(of, &step.names);
        }
    }

    fn call_uses(&mut self, of: (&str, &str), names: &CallNames) {
        let is_own = |name: &&Name| !name.text.starts_with("secrets.") && !name.text.starts_with("account.");
        let holes = names.holes.iter().map(|hole| &hole.name).filter(is_own);
        holes.chain(&names.fields).chain(&names.each).for_each(|name| self.path(of, &Path::default(), name, false));
    }
}
