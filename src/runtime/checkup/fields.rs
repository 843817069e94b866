//! What records that came lack of what is declared, and what they hold that was never documented.

use std::collections::BTreeSet;

use super::look::Look;
use crate::connector::{Gone, Row, Validator};
use crate::language::plan::RecordType;
use crate::runtime::memory::shown::Answer;
use crate::store::checkup::{Checked, Health};

/// Values that are named of one kind at most.
const MISFITS_SHOWN: usize = 5;

/// What is doubtful in rows of one answer.
pub(super) fn doubts(look: &Look<'_>, kind: &RecordType, rows: &[&Row]) -> Vec<Checked> {
    let mut told = Vec::new();
    for row in rows {
        let broken = row.broken.clone().or_else(|| row.unreadable.as_ref().map(|at| format!("no parser takes `{at}`")));
        if let Some(why) = broken {
            let mend = "have the record mended at the peer; until then it is parked";
            told.push(ill(kind, Health::Doubtful, format!("a record cannot be read: {why}"), mend));
        }
    }
    let whole: Vec<&Row> = rows.iter().copied().filter(|row| row.broken.is_none()).collect();
    told.extend(missing(look, kind, &whole));
    told.extend(undocumented(look, kind, &whole));
    told
}

fn ill(kind: &RecordType, health: Health, seen: String, mend: &str) -> Checked {
    Checked::ill(kind.name.clone(), health, seen, mend)
}

/// Fields that are always there, as the system file says, and are not. Where rules read one, work waits for it.
fn missing(look: &Look<'_>, kind: &RecordType, rows: &[&Row]) -> Vec<Checked> {
    let lack = look.live.needed.lack(&look.account.name, kind, rows, Answer::Some);
    let read = lack.filter(|lack| lack.is_promised).map(|lack| lack.fields).unwrap_or_default();
    let mut fields: Vec<&Gone> = Vec::new();
    for gone in rows.iter().flat_map(|row| &row.gone) {
        if !fields.iter().any(|known| known.field == gone.field) {
            fields.push(gone);
        }
    }
    let one = |gone: &Gone| {
        let what = if gone.is_null { "is null" } else { "is missing" };
        let (health, use_of_it) = if read.contains(&gone.field) {
            (Health::Wrong, "and rules read it")
        } else {
            (Health::Doubtful, "and no rule reads it")
        };
        let seen = format!("`{}` {what}, which is always there as the system file says, {use_of_it}", gone.place);
        let mend =
            "was it renamed? then write `at NEW.NAME` at the field; where records do without, take `always` away";
        ill(kind, health, seen, mend)
    };
    fields.into_iter().map(one).collect()
}

/// Values that nobody documented, states that are not among the declared ones first of all.
fn undocumented(look: &Look<'_>, kind: &RecordType, rows: &[&Row]) -> Vec<Checked> {
    let Some(system) = look.system().filter(|_| rows.iter().any(|row| !row.fits)) else { return Vec::new() };
    let all: BTreeSet<_> = kind.fields.iter().map(|field| field.path.clone()).collect();
    let Ok(schema) = Validator::new(system, kind, &all) else { return Vec::new() };
    let found: BTreeSet<_> = rows.iter().flat_map(|row| schema.misfits(&row.raw())).collect();
    let clean = |text: &str| look.live.peers.get(&look.account.name).map(|peer| peer.redact(text)).unwrap_or_default();
    let one = |path: &str, message: &str| {
        let mend = "add it to the field in the system file, where it is right; a record whose rules read it is parked";
        ill(kind, Health::Doubtful, clean(&format!("{path}: {message}")), mend)
    };
    found.iter().take(MISFITS_SHOWN).map(|misfit| one(&misfit.path, &misfit.message)).collect()
}
