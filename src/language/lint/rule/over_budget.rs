//! More calls than a system allows, at the volume that pipelines state. Where none is stated, nothing is said.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::{Pipeline, RecordType, Setting, Side, System};
use crate::value::{Value, duration};

/// The lint.
pub const LINT: Lint = Lint {
    name: "over-budget",
    severity: Severity::Warning,
    summary: "at the stated volume a system is called more often than it allows",
    why: "A pipeline may state how much it carries: `volume: { shop: 400 a day of 20000 }`, how many records of a side \
          change, and how many there are. A change costs a read of both records, a look-up for each record of `with:`, \
          and a write to each side that the rules write; a sweep costs the pages of both lists. Where that is more \
          than `per_minute` of the system's limits, changes come later and later and a sweep is not done when the next \
          begins. Where nothing is stated nothing is counted.",
    flagged: "volume: { shop: 900 a minute }   # and depot allows 600 calls a minute",
    mended: "volume: { shop: 90 a minute }",
    check,
};

/// A share of a system's calls that a pipeline takes, and where its volume is stated.
struct Share {
    span: Span,
    what: String,
    /// Calls a minute, in thousandths.
    millis: u64,
}

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut shares: BTreeMap<&str, Vec<Share>> = BTreeMap::new();
    let mut sweeps: BTreeMap<&str, Vec<(Span, u64)>> = BTreeMap::new();
    for pipeline in view.rules.pipelines.values() {
        for side in Side::BOTH {
            let kind = pipeline.record(side);
            let Some(volume) = pipeline.volume.get(&kind.system) else { continue };
            for (system, calls) in per_change(view, pipeline, side) {
                let what = format!("{calls} for each `{}.{}` that changes", kind.system, kind.name);
                let millis = volume.changes.saturating_mul(calls).saturating_mul(1000) / volume.minutes;
                shares.entry(system).or_default().push(Share { span: volume.span, what, millis });
            }
            if let Some(pages) = volume.records.and_then(|records| pages(view, kind, records)) {
                sweeps.entry(&kind.system).or_default().push((volume.span, pages));
            }
        }
    }
    let mut found = Vec::new();
    for system in view.rules.systems.values() {
        let shares = shares.remove(system.name.as_str()).unwrap_or_default();
        let sweeps = sweeps.remove(system.name.as_str()).unwrap_or_default();
        let told = changes(system, &shares);
        let is_told = told.is_some();
        found.extend(told);
        if !is_told {
            found.extend(sweep(view, system, (&shares, &sweeps)));
        }
    }
    found
}

/// The calls to each system that one change of a side takes, where something has to be written.
fn per_change<'v>(view: &View<'v>, pipeline: &'v Pipeline, side: Side) -> BTreeMap<&'v str, u64> {
    let mut calls = BTreeMap::new();
    for own in Side::BOTH {
        let writes = own != side && pipeline.rules.iter().any(|rule| view.may_flow(pipeline, rule, own));
        calls.insert(pipeline.record(own).system.as_str(), 1 + u64::from(writes));
    }
    for read in &pipeline.with {
        *calls.entry(read.record.system.as_str()).or_default() += 1;
    }
    calls
}

/// How many calls list all records of a kind.
fn pages(view: &View<'_>, kind: &RecordType, records: u64) -> Option<u64> {
    let call = kind.list.as_ref()?;
    let paging = call.paging.as_ref().unwrap_or(&view.rules.systems.get(&kind.system)?.paging);
    let pages = match paging.size() {
        Some((_, size)) => records.div_ceil(u64::from(size)).max(1),
        None => 1,
    };
    let times = call.each.as_ref().map_or(1, |each| match view.rules.settings.get(&each.setting) {
        Some(Setting::List(items)) => u64::try_from(items.len()).unwrap_or(1).max(1),
        _ => 1,
    });
    Some(pages.saturating_mul(times))
}

/// The changes of all pipelines together against what a system allows.
fn changes(system: &System, shares: &[Share]) -> Option<Diagnostic> {
    let millis: u64 = shares.iter().map(|share| share.millis).sum();
    let allowed = u64::from(system.limits.per_minute);
    if millis <= allowed.saturating_mul(1000) {
        return None;
    }
    let most = shares.iter().max_by_key(|share| share.millis)?;
    let message = format!(
        "at the stated volume `{}` is called {} times a minute, and allows {allowed}",
        system.name,
        millis.div_ceil(1000)
    );
    let finding = LINT.found(message, most.span, most.what.clone());
    let others = shares.iter().filter(|share| share.span != most.span && share.millis > 0);
    let finding = others.fold(finding, |finding, share| finding.label(share.span, share.what.clone()));
    Some(
        finding
            .help("read fewer records in `with:`, or state the volume that there is; `limits:` says what is allowed"),
    )
}

/// The lists of a sweep against what is left of a system's calls until the next.
fn sweep(view: &View<'_>, system: &System, (shares, sweeps): (&[Share], &[(Span, u64)])) -> Option<Diagnostic> {
    let Some(Setting::Value(Value::Text(every))) = view.rules.settings.get("reconcile.every") else { return None };
    let every = duration::parse(every)?;
    let millis: u64 = shares.iter().map(|share| share.millis).sum();
    let left = u64::from(system.limits.per_minute).saturating_mul(1000).saturating_sub(millis);
    let allowed = left.saturating_mul(every.as_secs()) / 60 / 1000;
    let needed: u64 = sweeps.iter().map(|(_, pages)| pages).sum();
    let (span, pages) = sweeps.iter().max_by_key(|(_, pages)| pages)?;
    if needed <= allowed {
        return None;
    }
    let message =
        format!("a sweep of `{}` takes {needed} calls, and until the next one there are {allowed}", system.name);
    let finding = LINT.found(message, *span, format!("{pages} pages of these"));
    Some(finding.help("let `reconcile.every` be longer, or ask for larger pages: `size:` under `paging:`"))
}
