//! Whether a formula may hold: the places are given, one after the other, every value that makes a difference.

use std::collections::BTreeMap;

use super::domain::{Cell, Domain, cells};
use super::formula::{Formula, Place, Test, Told};

/// How often a formula is looked at before the question is given up.
const LOOKS_MAX: usize = 20_000;

/// What a search came to.
pub(super) enum Answer {
    /// It never holds.
    Never,
    /// It holds where these places are so, whatever the others are.
    Where(Vec<(Place, Cell)>),
    /// It was too much to look through.
    TooMuch,
}

/// What enums are where no test asks whether they are nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    /// They may be nothing too.
    Counted,
    /// That they might be nothing is another question.
    Aside,
}

struct Search<'a> {
    formula: &'a Formula,
    places: Vec<(&'a Place, Vec<Cell>)>,
    given: BTreeMap<&'a Place, Cell>,
    looks: usize,
}

/// Looks for values for which a formula holds.
pub(super) fn search(formula: &Formula, domains: &BTreeMap<Place, Domain>, nulls: Nulls) -> Answer {
    let mut tests: BTreeMap<&Place, Vec<&Test>> = BTreeMap::new();
    let mut order: Vec<&Place> = Vec::new();
    formula.visit(&mut |place, test| {
        let known = tests.entry(place).or_default();
        if known.is_empty() {
            order.push(place);
        }
        if !known.contains(&test) {
            known.push(test);
        }
    });
    let mut places = Vec::new();
    for place in order {
        let (Some(domain), Some(tests)) = (domains.get(place), tests.get(place)) else { continue };
        let mut cells = cells(domain, tests);
        let asks_null = tests.iter().any(|test| test.constant().is_null());
        if nulls == Nulls::Aside && domain.values.is_some() && !asks_null {
            cells.retain(|cell| !cell.is_null());
        }
        places.push((place, cells));
    }
    let mut search = Search { formula, places, given: BTreeMap::new(), looks: 0 };
    match search.from(0) {
        None => Answer::TooMuch,
        Some(false) => Answer::Never,
        Some(true) => Answer::Where(search.given.into_iter().map(|(place, cell)| (place.clone(), cell)).collect()),
    }
}

impl Search<'_> {
    /// Whether it may hold by what is given, and one of the values of the places from here on; `None`: given up.
    fn from(&mut self, at: usize) -> Option<bool> {
        self.looks += 1;
        if self.looks > LOOKS_MAX {
            return None;
        }
        let given = &self.given;
        let told = self.formula.told(&|place, test| given.get(place).map_or(Told::Open, |cell| cell.told(test)));
        if told != Told::Open {
            return Some(told == Told::Yes);
        }
        let Some((place, cells)) = self.places.get(at).cloned() else { return Some(false) };
        for cell in cells {
            if !self.can_be(place, &cell) {
                continue;
            }
            self.given.insert(place, cell);
            if self.from(at + 1)? {
                return Some(true);
            }
            self.given.remove(place);
        }
        Some(false)
    }

    /// What stands in nothing is nothing.
    fn can_be(&self, place: &Place, cell: &Cell) -> bool {
        self.given.iter().all(|(known, is)| {
            !(known.holds_inside(place) && is.is_null() && !cell.is_null()
                || place.holds_inside(known) && cell.is_null() && !is.is_null())
        })
    }
}
