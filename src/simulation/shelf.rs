//! The rule files as a process finds them: those that there are, with what somebody saved over them.
//!
//! Knows how a switch is turned in the text of a file, how a save goes wrong, and no rule. What is laid over a file
//! stands until it is taken away; under it the files are never touched.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::line::lock;
use super::watch::KEPT_BACK;
use crate::language;
use crate::language::plan::Plan;
use crate::world::files::{Changed, Entry, Identity, Watch};
use crate::world::{Files, Random};

/// How rules are saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Save {
    /// With a word more in them, and the same meaning.
    Good,
    /// With something that is no rule.
    Broken,
    /// With a file that ends in the middle.
    Half,
    /// Without an account.
    AccountLess,
    /// With another number in a switch.
    Turned,
}

impl Save {
    pub(super) const ALL: [Self; 5] = [Self::Good, Self::Broken, Self::Half, Self::AccountLess, Self::Turned];
}

/// The switch that is turned, from what, and to what.
const SWITCH: (&str, &str, &str) = (KEPT_BACK, "0", "7");

/// Rule files with something laid over them.
pub(super) struct Shelf {
    under: Arc<dyn Files>,
    folder: PathBuf,
    /// Switches that this seed turns, by dotted name.
    turned: BTreeMap<String, String>,
    laid: Mutex<BTreeMap<PathBuf, String>>,
}

impl Shelf {
    pub(super) fn new(under: &Arc<dyn Files>, folder: &Path, turned: &BTreeMap<String, String>) -> Self {
        let (under, folder, turned) = (Arc::clone(under), folder.to_owned(), turned.clone());
        Self { under, folder, turned, laid: Mutex::default() }
    }

    /// Lays a text over a file.
    pub(super) fn lay(&self, file: PathBuf, text: String) {
        lock(&self.laid).insert(file, text);
    }

    /// Whether anything was ever saved.
    pub(super) fn is_touched(&self) -> bool {
        !lock(&self.laid).is_empty()
    }

    /// The rules as they stand; none where they are wrong.
    pub(super) fn plan(&self) -> Option<Plan> {
        language::compile(self, std::slice::from_ref(&self.folder)).plan
    }

    /// Lays the switches of this seed over the files, and nothing else. Rules in which they cannot be turned are never
    /// saved.
    pub(super) fn tidy(&self) -> bool {
        let mut open: Vec<&String> = self.turned.keys().collect();
        let mut laid = BTreeMap::new();
        for file in self.files() {
            let Ok(text) = self.under.read(&file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) else {
                return false;
            };
            let text = self.turned.iter().fold(text, |text, (name, value)| match with_switch(&text, name, value) {
                Some(turned) => {
                    open.retain(|open| *open != name);
                    turned
                }
                None => text,
            });
            laid.insert(file, text);
        }
        if open.is_empty() {
            *lock(&self.laid) = laid;
        }
        open.is_empty()
    }

    /// Saves the rules in some way. False: there is nothing in them that can be saved so.
    pub(super) fn save(&self, how: Save, chance: &dyn Random) -> bool {
        let mut laid = lock(&self.laid);
        let mut files: Vec<(&PathBuf, &mut String)> = laid.iter_mut().collect();
        let count = u64::try_from(files.len()).unwrap_or_default();
        let at = usize::try_from(chance.below(count.max(1))).unwrap_or_default();
        match how {
            Save::Good | Save::Broken => files.get_mut(at).is_some_and(|(_, text)| {
                let said = format!("\n# saved {}\n", chance.below(u64::MAX));
                text.push_str(if how == Save::Good { &said } else { "\n: [\n" });
                true
            }),
            Save::Half => files.get_mut(at).is_some_and(|(_, text)| {
                let letters: Vec<char> = text.chars().collect();
                let some = chance.below(u64::try_from(letters.len()).unwrap_or_default().max(1));
                **text = letters.into_iter().take(usize::try_from(some).unwrap_or_default()).collect();
                true
            }),
            Save::AccountLess => files.iter_mut().any(|(_, text)| {
                let less = text.starts_with("accounts:") || text.contains("\naccounts:");
                let less = if less { without_account(text, chance) } else { None };
                less.map(|less| **text = less).is_some()
            }),
            Save::Turned => files.iter_mut().any(|(_, text)| {
                let is_so = switch(text, SWITCH.0).is_some_and(|(_, value)| value == SWITCH.1);
                let turned = if is_so { with_switch(text, SWITCH.0, SWITCH.2) } else { None };
                turned.map(|turned| **text = turned).is_some()
            }),
        }
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for path in self.under.list(&folder).unwrap_or_default() {
                match self.under.entry(&path) {
                    Some(Entry::Folder) => folders.push(path),
                    Some(Entry::File(_)) if path.extension().is_some_and(|end| end == "yaml") => found.push(path),
                    _ => {}
                }
            }
        }
        found
    }
}

/// Where a switch stands under `settings:`, as the number of its line, and its value.
fn switch<'t>(text: &'t str, name: &str) -> Option<(usize, &'t str)> {
    let mut above: Vec<(usize, &str)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let bare = line.trim_start();
        let depth = line.len() - bare.len();
        let Some((key, value)) = bare.split_once(':').filter(|(key, _)| !key.contains(['#', ' '])) else { continue };
        above.retain(|(known, _)| *known < depth);
        above.push((depth, key));
        let value = value.split(" #").next().unwrap_or_default().trim();
        let path: Vec<&str> = above.iter().map(|(_, key)| *key).collect();
        if !value.is_empty() && path.join(".").strip_prefix("settings.") == Some(name) {
            return Some((at, value));
        }
    }
    None
}

fn with_switch(text: &str, name: &str, value: &str) -> Option<String> {
    let (at, _) = switch(text, name)?;
    let turned = |(own, line): (usize, &str)| {
        let key = line.split_once(':').map_or(line, |(key, _)| key);
        if own == at { format!("{key}: {value}\n") } else { format!("{line}\n") }
    };
    Some(text.lines().enumerate().map(turned).collect())
}

/// A file of accounts without one of them.
fn without_account(text: &str, chance: &dyn Random) -> Option<String> {
    let is_name = |line: &str| line.starts_with("  ") && !line.starts_with("   ") && line.trim_end().ends_with(':');
    let names: Vec<usize> = text.lines().enumerate().filter(|(_, line)| is_name(line)).map(|(at, _)| at).collect();
    let picked = usize::try_from(chance.below(u64::try_from(names.len()).unwrap_or_default().max(1))).ok()?;
    let first = *names.get(picked)?;
    let next = names.get(picked + 1).copied().unwrap_or(usize::MAX);
    let kept = text.lines().enumerate().filter(|(at, _)| !(first..next).contains(at));
    Some(kept.map(|(_, line)| format!("{line}\n")).collect())
}

impl Files for Shelf {
    fn entry(&self, path: &Path) -> Option<Entry> {
        let laid = lock(&self.laid).get(path).map(|text| u64::try_from(text.len()).unwrap_or(u64::MAX));
        laid.map(Entry::File).or_else(|| self.under.entry(path))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.under.list(folder)
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        match lock(&self.laid).get(file) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.under.read(file),
        }
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        self.under.real(path)
    }

    fn identity(&self, folder: &Path) -> Option<Identity> {
        self.under.identity(folder)
    }

    fn watch(&self, folder: &Path, changed: Changed) -> Watch {
        self.under.watch(folder, changed)
    }

    fn passing_folder(&self, name: &str) -> io::Result<PathBuf> {
        self.under.passing_folder(name)
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        self.under.remove_folder(folder)
    }
}
