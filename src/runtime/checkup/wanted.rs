//! What accounts and settings want of the environment, and do not find there: by name, never by value.

use std::collections::BTreeMap;

use crate::language::plan::{Account, Plan};
use crate::runtime::environment::{LiveError, Resolver};
use crate::store::checkup::{Checked, Health};
use crate::world::Environment;

/// What is looked at here.
const ENVIRONMENT: &str = "environment";

/// What an account wants; whether its peer can be asked, which needs no more than an address.
pub(super) fn by_account(plan: &Plan, account: &Account, environment: &dyn Environment) -> (Vec<Checked>, bool) {
    let wrong = |fill: &dyn Fn(&mut Resolver<'_>)| {
        let mut resolver = Resolver { environment, wrong: Vec::new() };
        fill(&mut resolver);
        resolver.wrong
    };
    let nowhere = Account { secrets: BTreeMap::new(), properties: BTreeMap::new(), ..account.clone() };
    let leads = wrong(&|resolver| drop(resolver.account(&nowhere))).is_empty();
    let all = wrong(&|resolver| {
        drop(resolver.account(account));
        drop(resolver.settings(&plan.setting_types, &account.settings));
    });
    let mut checked = told(&all, environment, "every variable that the account names is set");
    if !leads {
        let mend = "set its address, and ask again";
        checked.push(Checked::ill("reach", Health::Wrong, "not asked: nobody knows where it is", mend));
    }
    (checked, leads)
}

/// What the settings want that all accounts share.
pub(super) fn by_settings(plan: &Plan, environment: &dyn Environment) -> Vec<Checked> {
    let mut resolver = Resolver { environment, wrong: Vec::new() };
    resolver.settings(&plan.setting_types, &plan.settings);
    told(&resolver.wrong, environment, "every variable that the settings name is set")
}

fn told(wrong: &[LiveError], environment: &dyn Environment, well: &str) -> Vec<Checked> {
    if wrong.is_empty() {
        return vec![Checked::well(ENVIRONMENT, well)];
    }
    wrong.iter().map(|error| one(error, environment)).collect()
}

fn one(error: &LiveError, environment: &dyn Environment) -> Checked {
    let (seen, mend) = match error {
        LiveError::Unset { variable, .. } => match environment.variable(&format!("{variable}_FILE")) {
            Some(path) => (
                format!("{variable} is not set, and nothing can be read in {path}, which {variable}_FILE names"),
                "let the file hold the value, readable by whoever runs petiole".to_owned(),
            ),
            None => (
                format!("{variable} is not set"),
                format!("export {variable}=…, or {variable}_FILE=PATH of a file that holds it"),
            ),
        },
        LiveError::Unfit(finding) => (
            finding.message.clone(),
            finding.help.clone().unwrap_or_else(|| "give it a value that it can have".to_owned()),
        ),
    };
    Checked::ill(ENVIRONMENT, Health::Wrong, seen, mend)
}
