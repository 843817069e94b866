//! Where something comes from, and all places where it is named.

use lsp_types::{DocumentHighlight, Location};

use super::names::Symbol;
use super::study::Study;
use crate::diagnostic::{FileId, Span};

/// Where what is named at a place comes from.
pub(super) fn definition(study: &Study, file: FileId, offset: usize) -> Option<Location> {
    let symbol = &study.index().at(file, offset)?.symbol;
    study.location(declared(study, symbol)?)
}

/// Where something comes from.
fn declared(study: &Study, symbol: &Symbol) -> Option<Span> {
    if let Symbol::Function(name) = symbol {
        let mut scripts = study.compiled.understood()?.scripts.functions();
        return scripts.find(|script| script.name == *name).map(|script| script.span);
    }
    study.index().declaration(symbol).map(|one| one.span)
}

/// All places where what is named at a place is named, with the one where it comes from if that is asked.
pub(super) fn references(study: &Study, (file, offset): (FileId, usize), with_declaration: bool) -> Vec<Location> {
    let Some(here) = study.index().at(file, offset) else { return Vec::new() };
    let places = study.index().places(&here.symbol).filter(|one| with_declaration || !one.declares);
    let mut found: Vec<Location> = places.filter_map(|one| study.location(one.span)).collect();
    if let (Symbol::Function(_), true) = (&here.symbol, with_declaration) {
        found.extend(declared(study, &here.symbol).and_then(|span| study.location(span)));
    }
    found
}

/// The same in the file alone.
pub(super) fn highlights(study: &Study, file: FileId, offset: usize) -> Vec<DocumentHighlight> {
    let Some(here) = study.index().at(file, offset) else { return Vec::new() };
    let places = study.index().places(&here.symbol).filter(|one| one.span.file == file);
    places.map(|one| DocumentHighlight { range: study.range(one.span), kind: None }).collect()
}
