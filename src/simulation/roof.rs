//! The rules with several accounts in place of those that are shipped: laid over the file of accounts, and compiled
//! anew.
//!
//! Only rules with one account of each system are touched; what somebody set up by hand is simulated as it is.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::rules::Rules;
use crate::language;
use crate::simulator::Roof;
use crate::world::Files;
use crate::world::files::{Changed, Entry, Identity, Watch};

/// Whether other accounts may take the place of those of the rules: one of each system, as they are shipped.
pub(super) fn fits(rules: &Rules) -> bool {
    rules.shipped && rules.plan.systems.keys().all(|system| rules.plan.accounts_of(system).count() == 1)
}

/// The rules under a roof.
///
/// # Errors
/// Why they cannot stand under it.
pub(super) fn under(rules: &Rules, roof: Roof) -> Result<Rules, String> {
    if !fits(rules) {
        return Err("several accounts are drawn for the shipped ones alone".to_owned());
    }
    let listed = rules.files.list(&rules.folder).map_err(|error| error.to_string())?;
    let of_accounts = |file: &PathBuf| {
        let is_of_rules = file.extension().is_some_and(|end| end == "yaml");
        let text = rules.files.read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        is_of_rules && text.is_ok_and(|text| text.starts_with("accounts:") || text.contains("\naccounts:"))
    };
    let file = listed.into_iter().find(of_accounts).ok_or("the rules have no file of accounts")?;
    let files: Arc<dyn Files> =
        Arc::new(Laid { under: Arc::clone(&rules.files), file, text: roof.accounts().into_bytes() });
    let plan = language::compile(files.as_ref(), std::slice::from_ref(&rules.folder)).plan;
    Ok(Rules {
        plan: plan.ok_or("the rules are wrong with several accounts")?,
        files,
        folder: rules.folder.clone(),
        environment: Arc::clone(&rules.environment),
        shipped: rules.shipped,
        planted: rules.planted,
        provoked: rules.provoked,
        roof: Some(roof),
    })
}

/// Files, one of them with another text.
struct Laid {
    under: Arc<dyn Files>,
    file: PathBuf,
    text: Vec<u8>,
}

impl Files for Laid {
    fn entry(&self, path: &Path) -> Option<Entry> {
        let is_it = path == self.file;
        if is_it {
            Some(Entry::File(u64::try_from(self.text.len()).unwrap_or(u64::MAX)))
        } else {
            self.under.entry(path)
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.under.list(folder)
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        if file == self.file { Ok(self.text.clone()) } else { self.under.read(file) }
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
