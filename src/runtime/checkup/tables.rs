//! Whether the tables of a folder that pipelines write could be written, before the first of them is.
//!
//! Leaves what they hold as it is. What reads them is asked for beside this, as of any peer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::kinds;
use crate::language::plan::{Account, Plan, RecordType, Side};
use crate::runtime::live::Live;
use crate::store::checkup::{Checked, Health};
use crate::world::{Files, Method, TablePlace};

/// What is told of the tables that an account's pipelines write; nothing where it is no folder.
pub(super) fn of(live: &Live, account: &Account, files: &dyn Files) -> Vec<Checked> {
    let url = live.peers.get(&account.name).map(|peer| peer.base_url()).unwrap_or_default();
    if !TablePlace::is_folder(&url) {
        return Vec::new();
    }
    let used = kinds::used(&live.plan, &account.system);
    let written = used.iter().filter(|kind| is_written(&live.plan, kind)).flat_map(|kind| kind.calls());
    let written = written.filter(|call| call.method != Method::Get);
    let places = written.filter_map(|call| TablePlace::of(&format!("{url}{}", call.path)).ok());
    let mut found: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
    for place in places {
        let file = place.file();
        // A folder that is not there is told by whoever reads it.
        if file.parent().is_some_and(|folder| files.entry(folder).is_some()) {
            found.entry(file.to_owned()).or_insert_with(|| files.may_replace(file).err().map(|why| why.to_string()));
        }
    }
    let told = found.into_iter().map(|(file, why)| match why {
        None => Checked::well("writing", format!("`{}` can be written", file.display())),
        Some(why) => {
            let mend = "give whoever runs petiole the right to write that file and, since files are replaced whole, \
                        its folder; a mount that is read only is to be mounted anew";
            Checked::ill("writing", Health::Wrong, format!("`{}` cannot be written: {why}", file.display()), mend)
        }
    });
    told.collect()
}

/// Whether a live pipeline writes such records, under the settings of any account.
fn is_written(plan: &Plan, kind: &RecordType) -> bool {
    plan.pipelines.values().any(|pipeline| {
        let sides = Side::BOTH.into_iter().filter(|side| {
            let own = pipeline.record(*side);
            own.system == kind.system && own.name == kind.name
        });
        sides.into_iter().any(|side| {
            plan.standing.iter().any(|settings| {
                let flows = pipeline.rules.iter().any(|rule| pipeline.flows(rule, side, settings));
                flows || pipeline.live_create(side, settings).is_some()
            })
        })
    })
}
