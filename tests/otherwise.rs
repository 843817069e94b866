//! Which pipelines new rules have do otherwise: one edit of the shipped files each, and what it matters to.

use std::collections::BTreeSet;
use std::path::Path;

use petiole::language;
use petiole::language::plan::Plan;
use petiole::language::plan::otherwise::otherwise;
use petiole::world::SystemFiles;

use crate::support::{Folder, copy};

/// File, text, what stands there instead, and the pipelines that do otherwise.
const EDITS: [(&str, &str, &str, &[&str]); 13] = [
    ("pipelines/stock.yaml", "max(0, sum(", "max(1, sum(", &["stock"]),
    ("pipelines/stock.yaml", "about:", "# a remark\nabout:", &[]),
    ("pipelines/stock.yaml", "stock.safety: 1.5", "stock.safety: 1.25", &[]),
    ("pipelines/strains.yaml", "flourish.type ?? \"\"", "trim(flourish.type ?? \"\")", &["strains"]),
    ("tables/strain_types.yaml", "- CBD  ", "- CBN  ", &["products", "strains"]),
    ("tables/categories.yaml", "rows:", "rows: # a remark", &[]),
    (
        "scripts/address.rhai",
        "company.address != \"\"",
        "company.address != \" \"",
        &["customers", "orders", "products"],
    ),
    ("settings.yaml", "    safety: 0\n", "    safety: 5\n", &["stock"]),
    ("settings.yaml", "    every: 24h\n", "    every: 12h\n", &[]),
    ("settings.yaml", "    inventory: flourish\n", "    inventory: leaflink\n", &["stock"]),
    ("ownership.yaml", "    notes: leaflink\n", "    notes: both\n", &["orders"]),
    ("pipelines/customers.yaml", "\"Dispensary\"", "\"Distributor\"", &["customers"]),
    ("pipelines/orders.yaml", "< 0.05", "< 0.04", &["orders"]),
];

fn plan(rules: &Path) -> Plan {
    language::compile(&SystemFiles, &[rules.to_owned()]).plan.unwrap()
}

#[test]
fn an_edit_matters_to_the_pipelines_that_rest_on_what_it_changes() {
    let folder = Folder::new();
    let rules = folder.0.join("rules");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &rules);
    let before = plan(&rules);
    for (file, from, to, wanted) in EDITS {
        let path = rules.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let after = plan(&rules);
        let wanted: BTreeSet<String> = wanted.iter().map(ToString::to_string).collect();
        for (one, other) in [(&before, &after), (&after, &before)] {
            assert_eq!(otherwise(one, other, &BTreeSet::new()), wanted, "{file}: {from} -> {to}");
        }
        std::fs::write(&path, text).unwrap();
    }
    let systems = BTreeSet::from(["flourish".to_owned()]);
    assert_eq!(otherwise(&before, &before, &systems).len(), before.pipelines.len(), "each joins that system");
    assert!(otherwise(&before, &plan(&rules), &BTreeSet::new()).is_empty());
}
