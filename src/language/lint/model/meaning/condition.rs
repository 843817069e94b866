//! A condition as a formula, and the questions that can be asked of it.

use std::collections::BTreeMap;

use super::domain::{Cell, Domain};
use super::formula::{Formula, Place, Test};
use super::search::{Answer, Nulls, search};

/// A condition, and what is known of the places that it asks for.
#[derive(Clone, Debug)]
pub struct Condition {
    pub(super) formula: Formula,
    pub(super) places: BTreeMap<Place, Domain>,
}

/// Whether a condition may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possible {
    /// For no values.
    Never,
    /// Where this is so, for people: `` `shop.vip` is true and … ``; empty where it always holds.
    Where(String),
    /// It was too much to look through.
    CannotBeTold,
}

impl Condition {
    /// Holds always, or never.
    pub fn told(holds: bool) -> Self {
        Self { formula: Formula::Told(holds), places: BTreeMap::new() }
    }

    pub(super) fn at(place: Place, domain: Domain, test: Test) -> Self {
        Self { formula: Formula::At(place.clone(), test), places: BTreeMap::from([(place, domain)]) }
    }

    /// Holds where both do.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    /// Holds where one of the two does.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    /// Turned round: what cannot be worked out does not hold either.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { formula: Formula::Not(Box::new(self.formula)), places: self.places }
    }

    /// Holds where all do.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let (formulas, places) = apart(parts);
        Self { formula: Formula::All(formulas), places }
    }

    /// Holds where one does.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let (formulas, places) = apart(parts);
        Self { formula: Formula::Any(formulas), places }
    }

    /// Whether it may hold, and where.
    pub fn possible(&self) -> Possible {
        match search(&self.formula, &self.places, Nulls::Counted) {
            Answer::Never => Possible::Never,
            Answer::TooMuch => Possible::CannotBeTold,
            Answer::Where(witness) => Possible::Where(self.told_as(&witness)),
        }
    }

    /// Whether it is sure that it never holds.
    pub fn is_never(&self) -> bool {
        self.possible() == Possible::Never
    }

    /// Whether it asks for a place of this name, as the rules write it.
    pub fn asks_for(&self, shown: &str) -> bool {
        self.places.values().any(|domain| domain.shown == shown)
    }

    /// Whether two are about one place.
    pub fn meets(&self, other: &Self) -> bool {
        self.places.keys().any(|place| other.places.contains_key(place))
    }

    fn told_as(&self, witness: &[(Place, Cell)]) -> String {
        let named = witness.iter().filter_map(|(place, cell)| Some((&self.places.get(place)?.shown, cell)));
        let told: Vec<String> = named.map(|(shown, cell)| format!("`{shown}` is {cell}")).collect();
        told.join(" and ")
    }
}

/// Whether it is sure that two conditions never hold at once.
pub fn never_together(one: &Condition, other: &Condition) -> bool {
    one.clone().and(other.clone()).is_never()
}

/// Whether it is sure that one of these conditions always holds. That a field of few values may also be nothing is left
/// aside where no condition asks for it: who needs a value there says so.
pub fn always_one_of<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> bool {
    let fails = conditions.into_iter().map(|condition| Condition {
        formula: Formula::Fails(Box::new(condition.formula.clone())),
        places: condition.places.clone(),
    });
    let none_holds = Condition::all(fails);
    matches!(search(&none_holds.formula, &none_holds.places, Nulls::Aside), Answer::Never)
}

fn apart(parts: impl IntoIterator<Item = Condition>) -> (Vec<Formula>, BTreeMap<Place, Domain>) {
    let (mut formulas, mut places) = (Vec::new(), BTreeMap::new());
    for part in parts {
        formulas.push(part.formula);
        places.extend(part.places);
    }
    (formulas, places)
}
