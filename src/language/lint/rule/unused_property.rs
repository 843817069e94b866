//! A property of an account that no call is filled with.

use crate::diagnostic::{Diagnostic, Severity, suggest};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::usage;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unused-property",
    severity: Severity::Error,
    summary: "no call of the system is filled with this property of the account",
    why: "Somebody has to find out its value and keep it right for nothing. Take it out, or let the system file say \
          `{account.NAME}` where the peer wants it. A key of an account that is misspelt ends here too.",
    flagged: "accounts:\n  depot:\n    system: depot\n    region: north\n\
              # and depot's file never says `{account.region}`",
    mended: "list: GET /parcels?region={account.region}",
    check,
};

/// Properties that the program itself reads.
const OWN: [&str; 1] = ["currency"];

/// Keys of an account that have a meaning.
const KEYS: [&str; 6] = ["system", "base_url", "secrets", "carries", "settings", "currency"];

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for account in view.rules.accounts.values() {
        let used = usage::properties(view, &account.system);
        for name in account.properties.keys().filter(|name| !used.contains(*name) && !OWN.contains(&name.as_str())) {
            let Some(span) = view.rules.places.get(&format!("accounts.{}.{name}", account.name)) else { continue };
            let message = format!("no call of `{}` is filled with `{name}`", account.system);
            let wanted = used.iter().filter(|wanted| !account.properties.contains_key(*wanted));
            let near = suggest::near(name, KEYS.into_iter().chain(wanted.map(String::as_str)));
            let finding = LINT.found(message, *span, "fills nothing");
            let help = "take it out, or write `{account.NAME}` in the system file where the peer wants it";
            found.push(finding.helped(near.or_else(|| Some(help.into()))));
        }
    }
    found
}
