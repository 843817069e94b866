//! Checked rules to a plan. Nothing can go wrong here: what could was a finding of the check.

use super::plan::Plan;
use crate::language::check::CheckedRules;

/// The plan of checked rules, named by the hash of the files it came from.
pub fn lower(rules: CheckedRules, rules_hash: String) -> Plan {
    Plan {
        rules_hash,
        systems: rules.systems,
        accounts: rules.accounts,
        settings: rules.settings,
        pipelines: rules.pipelines,
    }
}
