//! What the server knows between two messages: what is open, which rule sets that concerns, and what was made of them.
//!
//! A rule set is compiled when somebody asks about it or when its findings are to be told, never for each change: the
//! newest texts win. A set of which nothing is open any more is forgotten, and its findings are taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use lsp_types::{PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri};

use super::documents::Documents;
use super::encoding::Encoding;
use super::findings;
use super::lens::Results;
use super::study::Study;
use crate::diagnostic::FileId;
use crate::language::source::{Overlay, RuleSet};
use crate::language::syntax::field_spec::FILE_KINDS;
use crate::world::Files;

/// The folder of a workspace in which rules stand where nobody says otherwise, as for every command.
const RULES: &str = "rules";

/// A rule set: the folder that its paths begin in, and its own folder or lone file.
type Key = (PathBuf, PathBuf);

/// What is known of a rule set.
#[derive(Default)]
struct Set {
    /// What was made of it; none since a text of it changed.
    study: Option<Rc<Study>>,
    /// Whether its findings were told since.
    is_told: bool,
    /// The addresses of the files of which findings were told.
    told: BTreeMap<String, Uri>,
}

/// What is known between two messages.
pub struct Session<'f> {
    files: &'f dyn Files,
    /// The folders of the workspace.
    roots: Vec<PathBuf>,
    encoding: Encoding,
    documents: Documents,
    sets: BTreeMap<Key, Set>,
    /// The rule set of each open file that belongs to one.
    belongs: BTreeMap<PathBuf, Key>,
    /// What came of tests.
    pub(super) results: Results,
}

impl<'f> Session<'f> {
    /// Nothing is open yet.
    pub fn new(files: &'f dyn Files, roots: Vec<PathBuf>, encoding: Encoding) -> Self {
        let (documents, sets, belongs) = (Documents::default(), BTreeMap::new(), BTreeMap::new());
        Self { files, roots, encoding, documents, sets, belongs, results: Results::default() }
    }

    /// What is open.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// How columns are counted.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// A file is opened.
    pub fn open(&mut self, address: Uri, version: i32, text: String) {
        if self.documents.open(address, version, text).is_some() {
            self.arrange();
        }
    }

    /// A file is changed in the editor.
    pub fn change(&mut self, of: (&Uri, i32), changes: Vec<TextDocumentContentChangeEvent>) {
        let Some(path) = self.documents.change(of, changes, self.encoding) else { return };
        match self.belongs.get(&path) {
            Some(key) => self.sets.entry(key.clone()).or_default().outdate(),
            // Its first key may have become that of a rule file.
            None => self.arrange(),
        }
    }

    /// A file is closed.
    pub fn close(&mut self, address: &Uri) {
        if self.documents.close(address).is_some() {
            self.arrange();
        }
    }

    /// Files were changed on the disk.
    pub fn saved(&mut self) {
        self.arrange();
    }

    /// The folders of the workspace are others.
    pub fn move_to(&mut self, roots: Vec<PathBuf>) {
        self.roots = roots;
        self.arrange();
    }

    /// The folders of the workspace.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// What the compiler makes of the rule set of an open file, and the number of the file in it.
    pub fn study(&mut self, path: &Path) -> Option<(Rc<Study>, FileId)> {
        let key = self.belongs.get(path)?.clone();
        let study = self.made(&key);
        let file = study.file(path)?;
        Some((study, file))
    }

    /// What the compiler makes of every rule set of which something is open.
    pub fn studies(&mut self) -> Vec<Rc<Study>> {
        let keys: Vec<Key> = self.sets.keys().cloned().collect();
        keys.iter().map(|key| self.made(key)).collect()
    }

    /// Findings that were not told yet, of every file that has some or had some.
    pub fn news(&mut self) -> Vec<PublishDiagnosticsParams> {
        let in_use: BTreeSet<Key> = self.belongs.values().cloned().collect();
        let mut news = Vec::new();
        let untold = |(key, set): (&Key, &Set)| (!set.is_told || !in_use.contains(key)).then(|| key.clone());
        for key in self.sets.iter().filter_map(untold).collect::<Vec<_>>() {
            let mut now = BTreeMap::new();
            if in_use.contains(&key) {
                now = findings::published(&self.made(&key), &self.documents);
            }
            let Some(set) = self.sets.get_mut(&key) else { continue };
            let gone = set.told.iter().filter(|(address, _)| !now.contains_key(*address));
            news.extend(gone.map(|(_, uri)| PublishDiagnosticsParams::new(uri.clone(), Vec::new(), None)));
            set.is_told = true;
            let said = now.iter().filter(|(_, file)| !file.diagnostics.is_empty());
            let said = said.map(|(address, file)| (address.clone(), file.uri.clone())).collect();
            let before = std::mem::replace(&mut set.told, said);
            // Of a file that nobody has open and that has and had no finding nothing is said.
            let concerns = |file: &PublishDiagnosticsParams| {
                file.version.is_some() || !file.diagnostics.is_empty() || before.contains_key(file.uri.as_str())
            };
            news.extend(now.into_values().filter(concerns));
        }
        self.sets.retain(|key, _| in_use.contains(key));
        news
    }

    fn made(&mut self, key: &Key) -> Rc<Study> {
        let set = self.sets.entry(key.clone()).or_default();
        let (root, path) = key;
        let make = || {
            let paths = std::slice::from_ref(path);
            Rc::new(Study::of(self.files, (root, paths), &self.documents, self.encoding))
        };
        Rc::clone(set.study.get_or_insert_with(make))
    }

    /// Says again which rule set each open file belongs to; what was made of them before is out of date.
    fn arrange(&mut self) {
        let found: BTreeMap<PathBuf, Key> =
            self.documents.paths().filter_map(|path| Some((path.clone(), self.set_of(path)?))).collect();
        for key in found.values() {
            self.sets.entry(key.clone()).or_default();
        }
        self.sets.values_mut().for_each(Set::outdate);
        self.belongs = found;
    }

    /// The rule set of a file. One that stands alone is one where it says that it is a rule file.
    fn set_of(&self, path: &Path) -> Option<Key> {
        let above = self.roots.iter().filter(|root| path.starts_with(root));
        let root = above.max_by_key(|root| root.components().count()).map(PathBuf::as_path).or(path.parent())?;
        let overlay = Overlay { files: self.files, root, open: self.documents.texts() };
        let below = path.strip_prefix(root).unwrap_or(path).to_owned();
        let set = RuleSet::of(&overlay, std::slice::from_ref(&below), Path::new(RULES)).ok()?;
        let whole = set.paths.into_iter().next()?;
        let is_alone = whole == below;
        let text = self.documents.text(path)?;
        let is_kind = |line: &str| line.split_once(':').is_some_and(|(key, _)| FILE_KINDS.contains(&key));
        (!is_alone || text.lines().any(is_kind)).then(|| (root.to_owned(), whole))
    }
}

impl Set {
    fn outdate(&mut self) {
        self.study = None;
        self.is_told = false;
    }
}
