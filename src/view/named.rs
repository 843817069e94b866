//! The record that a person names, as far as the rules and the store know: no peer is asked.

use crate::diagnostic::suggest;
use crate::language::plan::Plan;
use crate::store::RecordRef;

/// The record that is called `ACCOUNT.RECORD/ID`, or `SYSTEM.RECORD/ID` where the system has one account.
///
/// # Errors
/// A sentence where there is no such account or kind of record.
pub fn written(plan: &Plan, name: &str) -> Result<RecordRef, String> {
    let (kind, id) = name.split_once('/').ok_or_else(|| format!("`{name}` is no ACCOUNT.RECORD/ID"))?;
    let (account, record) = kind.split_once('.').ok_or_else(|| format!("`{kind}` is no ACCOUNT.RECORD"))?;
    let Some(known) = plan.account_called(account) else {
        let names = plan.accounts.keys().map(String::as_str);
        return Err(format!("there is no account `{account}`{}", near(account, names)));
    };
    let records = plan.systems.get(&known.system).map(|system| &system.records);
    let there = records.is_some_and(|records| records.contains_key(record));
    if !there {
        let names = records.into_iter().flatten().map(|(name, _)| name.as_str());
        return Err(format!("{} has no record `{record}`{}", known.system, near(record, names)));
    }
    Ok(RecordRef { account: known.name.clone(), record: record.to_owned(), id: id.to_owned() })
}

/// Names much like one that is not there, as the end of a sentence.
pub fn near<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    let near = suggest::nearest(wanted, names);
    if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) }
}
