//! Checked rules to a plan. Nothing can go wrong here: what could was a finding of the check.

use crate::language::check::CheckedRules;
use crate::language::plan::Plan;

/// The plan of checked rules, named by the hash of the files it came from.
pub fn lower(rules: &CheckedRules, rules_hash: String) -> Plan {
    Plan {
        rules_hash,
        standing: rules.switches().seen(),
        systems: rules.systems.clone(),
        accounts: rules.accounts.clone(),
        settings: rules.settings.clone(),
        setting_types: rules.types.clone(),
        pipelines: rules.pipelines.clone(),
        tables: rules.tables.clone(),
    }
}
