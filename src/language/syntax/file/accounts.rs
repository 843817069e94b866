//! An `accounts:` file: which accounts take part, where they are, what opens them.

use super::data::{Data, NamedData, settings};
use crate::diagnostic::Span;
use crate::language::syntax::expression::{Expression, Name};
use crate::language::syntax::field_spec::{ACCOUNT, ACCOUNTS, ACCOUNTS_FILE, SECRETS};
use crate::language::syntax::mapping::{Found, Mapping, expression, text};
use crate::language::syntax::yaml::{Node, Scalar};

/// What an accounts file says.
#[derive(Clone, Debug, Default)]
pub struct AccountsFile {
    /// The accounts that are maps, by name.
    pub accounts: Vec<(Name, AccountTree)>,
}

/// An account.
#[derive(Clone, Debug, Default)]
pub struct AccountTree {
    /// Its system; without it nothing else of the account is read.
    pub system: Option<Name>,
    /// Where its calls go, a single text; without it nothing more is read.
    pub base_url: Option<Data>,
    /// Its secrets by name, as written.
    pub secrets: Vec<(Name, Name)>,
    /// What has no meaning of its own, by name.
    pub properties: NamedData,
    /// What it carries.
    pub carries: Option<CarriesLine>,
    /// Settings of its own.
    pub settings: NamedData,
}

/// `always`, or a condition.
#[derive(Clone, Debug)]
pub struct CarriesLine {
    /// The condition; `None`: everything, or one that could not be read.
    pub condition: Option<Expression>,
    /// Where it stands.
    pub span: Span,
}

/// Reads an accounts file.
pub(super) fn parse(node: &Node, found: &mut Found) -> AccountsFile {
    let file = Mapping::of(node, &ACCOUNTS_FILE, found);
    let said = file.and_then(|file| file.get("accounts", found));
    let accounts = said.and_then(|node| Mapping::of(node, &ACCOUNTS, found));
    let entries = accounts.iter().flat_map(Mapping::named);
    AccountsFile { accounts: entries.map(|(key, node)| (key.name(), account(&key.text, node, found))).collect() }
}

fn account(name: &str, node: &Node, found: &mut Found) -> AccountTree {
    let mut account = AccountTree::default();
    let Some(map) = Mapping::called(node, &format!("account `{name}`"), &ACCOUNT, found) else { return account };
    account.system = map.text("system", "`system`", found).map(Scalar::name);
    if account.system.is_none() {
        return account;
    }
    let base_url = map.get("base_url", found).filter(|node| text(node, "`base_url`", found).is_some());
    account.base_url = base_url.map(Data::of);
    if account.base_url.is_none() {
        return account;
    }
    account.properties = map.named().map(|(key, node)| (key.name(), Data::of(node))).collect();
    account.settings = map.get("settings", found).and_then(|node| settings(node, found)).unwrap_or_default();
    account.secrets = map.get("secrets", found).map(|node| secrets(node, found)).unwrap_or_default();
    account.carries = map.get("carries", found).and_then(|node| carries(node, found));
    account
}

fn secrets(node: &Node, found: &mut Found) -> Vec<(Name, Name)> {
    let map = Mapping::of(node, &SECRETS, found);
    let entries = map.iter().flat_map(Mapping::named);
    let secret = |(key, node): (&Scalar, &Node)| {
        let told = found.len();
        let said = text(node, "a secret", found);
        if let Some(finding) = found.get_mut(told) {
            finding.advise("write the name of the variable that holds it: `${NAME}`");
        }
        Some((key.name(), said?.name()))
    };
    entries.filter_map(secret).collect()
}

/// Reads `carries:` of an account.
pub(super) fn carries(node: &Node, found: &mut Found) -> Option<CarriesLine> {
    let scalar = text(node, "`carries`", found)?;
    let condition = if scalar.text.trim() == "always" { None } else { expression(scalar, found) };
    Some(CarriesLine { condition, span: scalar.span })
}
