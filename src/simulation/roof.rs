//! The rules with several accounts in place of those that are shipped: laid over the file of accounts, and compiled
//! anew.
//!
//! Only rules with one account of each system are touched; what somebody set up by hand is simulated as it is.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::rules::Rules;
use super::shelf::Shelf;
use crate::simulator::Roof;

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
    let shelf = Shelf::new(&rules.files, &rules.folder, &BTreeMap::new());
    shelf.lay(file, roof.accounts());
    Ok(Rules {
        plan: shelf.plan().ok_or("the rules are wrong with several accounts")?,
        files: Arc::new(shelf),
        folder: rules.folder.clone(),
        environment: Arc::clone(&rules.environment),
        shipped: rules.shipped,
        planted: rules.planted,
        provoked: rules.provoked,
        roof: Some(roof),
    })
}
