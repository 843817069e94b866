//! The further records that rules read by name, looked for when a rule first asks for one.
//!
//! A look-up that found nothing is never the reason for a stop before the newest listing was
//! read; the stop then names what was nearly right.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::effect::{Effect, Making};
use super::matching::may_be_meant;
use super::park::{Candidate, Stop, UNRELIABLE};
use super::scope::Context;
use super::situation::{Fitting, Found, Made, Makeable, Want};
use super::typed::{Element, Typed, whole};
use crate::diagnostic::suggest;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::heard;
use crate::language::plan::{Cardinality, Narrowing, RuleLine, WithRead};
use crate::value::Value;

/// So few rows of a listing are looked at one by one.
const ROWS_FEW: usize = 16;

/// Near misses named for one stop.
const CANDIDATES_MAX: usize = 3;

impl Context<'_> {
    /// A `with:` record, looked for at its first use.
    pub(super) fn with(&self, name: &str) -> Option<Typed> {
        let read = self.pipeline.with.iter().find(|read| read.name == name)?;
        heard::uses(&read.line);
        if let Some(known) = self.found.borrow().known.get(name) {
            return Some(known.clone());
        }
        let found = match self.unheard(|| self.look_up(read)) {
            Ok(found) => found,
            Err(stop) => {
                self.found.borrow_mut().failed = Some(stop);
                return None;
            }
        };
        self.found.borrow_mut().known.insert(name.to_owned(), found.clone());
        Some(found)
    }

    /// Asks for the newest listings of everything that was not found.
    pub(super) fn make_sure(&self) {
        for want in self.found.borrow().unsure.clone() {
            self.ask(want);
        }
    }

    /// Notes that a stop rests on what a kept listing shows, so that the newest is read before it is told.
    pub(super) fn doubts(&self, want: Want) {
        self.found.borrow_mut().unsure.insert(want);
    }

    /// Of each listing that was searched, the places of the rows that the decision was made from.
    pub(super) fn fitting(&self) -> Fitting {
        self.found.borrow().fitting.clone()
    }

    /// Notes that something is made of these rows of a listing.
    pub(super) fn took(&self, want: &Want, places: impl IntoIterator<Item = usize>) {
        if matches!(want, Want::List { .. }) {
            self.found.borrow_mut().fitting.entry(want.clone()).or_default().extend(places);
        }
    }

    fn look_up(&self, read: &WithRead) -> Result<Typed, Stop> {
        let own = self.account_for(&read.record.system);
        let at = Some((Arc::clone(&read.record), whole()));
        let many = read.cardinality == Cardinality::Many;
        let is_guarded = match &read.guard {
            Some(guard) => self.evaluate(guard, None, &read.line)? != Value::Bool(true),
            None => false,
        };
        if is_guarded || self.asks_for_nothing(read) {
            let value = if many { Value::List(ecow::EcoVec::new()) } else { Value::Null };
            return Ok(Typed { value, at: at.filter(|_| !many), account: own.into() });
        }
        let mut found = Vec::new();
        let accounts = self.accounts(read, &own);
        for account in &accounts {
            let want = self.want(read, account)?;
            if let Some(Found::Lacking { code, message, .. }) = self.ask(want.clone()) {
                return Err(Stop::new(code.clone(), UNRELIABLE, message, &read.line));
            }
            let Some(rows) = self.ask(want.clone()).and_then(|found| rows_of(found, read, account)) else {
                return Ok(Typed { value: Value::Null, at, account: own.into() });
            };
            let mut looked = Looked::default();
            while let Some((place, row)) = looked.next(self, read, (&rows, &want)) {
                let element = Element { typed: row, name: None, outer: None };
                let said = self.said();
                let fits = self.evaluate(&read.condition, Some(&element), &read.line);
                if fits != Ok(Value::Bool(false)) || self.said() != said {
                    // Also one that does not fit had a part in the decision where a line spoke for it.
                    self.took(&want, [place]);
                }
                if fits? == Value::Bool(true) {
                    found.push(row.value.clone());
                }
            }
        }
        self.spoke(&read.line);
        let value = match read.cardinality {
            Cardinality::Many => found.into(),
            Cardinality::AtMostOne if found.len() > 1 && self.complete() => {
                let message =
                    format!("{} records of {} fit `{}`, at most one may", found.len(), read.record.name, read.name);
                return Err(Stop::new("several-match", "more than one record fits", message, &read.line));
            }
            Cardinality::AtMostOne if found.is_empty() && read.made.is_some() => self.made(read, &own)?,
            Cardinality::AtMostOne if found.is_empty() => {
                let newer = accounts.iter().map(|account| self.listing(read, account, true));
                self.found.borrow_mut().unsure.extend(newer.filter(|_| read.search.is_none()));
                Value::Null
            }
            Cardinality::AtMostOne => found.into_iter().next().unwrap_or_default(),
        };
        Ok(Typed { value, at: at.filter(|_| !many), account: own.into() })
    }

    /// Whether what the candidates must equal is empty: what has nothing there either is no record that is meant.
    fn asks_for_nothing(&self, read: &WithRead) -> bool {
        let is_empty = |value: Value| value.is_null() || value.as_text().is_some_and(|text| text.trim().is_empty());
        read.asked.iter().any(|asked| self.evaluate(asked, None, &read.line).is_ok_and(is_empty))
    }

    /// The record that is to be made because it was not found, once the newest listing does not have it either.
    fn made(&self, read: &WithRead, account: &str) -> Result<Value, Stop> {
        let Some(made) = &read.made else { return Ok(Value::Null) };
        if !self.pipeline.lets_make(read, &self.situation.settings) {
            return Ok(Value::Null);
        }
        let fields = self.evaluate(made, None, &read.line)?;
        let Some(id) = read.record.id_of(&fields) else { return Ok(Value::Null) };
        let record = Makeable { account: account.to_owned(), record: read.record.name.clone(), id };
        match self.situation.made.get(&record) {
            Some(Made::There(held) | Made::Withheld(held)) => return Ok(held.clone()),
            Some(Made::Refused) => return Ok(Value::Null),
            None => {}
        }
        let newest = self.listing(read, account, true);
        let listed = match self.ask(newest.clone()) {
            Some(listed @ (Found::Listed(_) | Found::Fitted(_))) => listed,
            Some(Found::Lacking { code, message, .. }) => {
                return Err(Stop::new(code.clone(), UNRELIABLE, message, &read.line));
            }
            _ => return Ok(Value::Null),
        };
        let is_it = |row: &Value| read.record.id_of(row).as_ref() == Some(&record.id);
        if let Some((place, row)) = listed.all().enumerate().find(|(_, row)| is_it(row)) {
            self.took(&newest, [place]);
            return Ok(row.clone());
        }
        if let Value::Record(fields) = fields {
            let (wanted, line) = (record.clone(), read.line.clone());
            self.found.borrow_mut().to_make.insert(record, Effect::Make(Making { record: wanted, fields, line }));
        }
        Ok(Value::Null)
    }

    /// The first of the records that are not there and are to be made.
    pub fn to_make(&self) -> Option<Effect> {
        self.found.borrow().to_make.values().next().cloned()
    }

    /// The parts of the condition whose values are known by now.
    fn told<'r>(&self, read: &'r WithRead) -> impl Iterator<Item = &'r Narrowing> {
        let is_told = |name: &String| self.found.borrow().known.contains_key(name);
        read.narrowings.iter().filter(move |part| part.after.as_ref().is_none_or(is_told))
    }

    /// The fewest rows of a listing that can fulfil one of these parts; `None` where that is most of them.
    fn left_of(&self, told: Vec<&Narrowing>, (line, want): (&RuleLine, &Want)) -> Option<Vec<usize>> {
        let Some(Found::Listed(listed)) = self.situation.reads.get(want) else { return None };
        let fitting = told.into_iter().filter_map(|part| {
            let among = self.evaluate(&part.among, None, line).ok()?;
            let keys = match &among {
                Value::List(items) => items.iter().map(Value::to_key).collect::<Option<Vec<_>>>()?,
                value => vec![value.to_key()?],
            };
            Some((listed.count(&part.path, &keys), &part.path, keys))
        });
        let (count, path, keys) = fitting.min_by_key(|(count, ..)| *count)?;
        (count < listed.rows().len() / 2).then(|| listed.places(path, &keys))
    }

    fn accounts(&self, read: &WithRead, own: &str) -> Vec<String> {
        if read.every_account {
            self.plan.accounts_of(&read.record.system).map(|account| account.name.clone()).collect()
        } else {
            vec![own.to_owned()]
        }
    }

    /// Where the condition asks for a value of a field that the system has a search for: that search; else the
    /// listing, the newest where it was read already.
    fn want(&self, read: &WithRead, account: &str) -> Result<Want, Stop> {
        if let Some((field, value)) = &read.search {
            let value = self.evaluate(value, None, &read.line)?.to_key().unwrap_or_default();
            let (account, record) = (account.to_owned(), read.record.name.clone());
            return Ok(Want::Find { account, record, field: field.clone(), value });
        }
        let newest = self.listing(read, account, true);
        let read_already = self.situation.reads.contains_key(&newest);
        Ok(if read.newest || read_already { newest } else { self.listing(read, account, false) })
    }

    fn listing(&self, read: &WithRead, account: &str, newest: bool) -> Want {
        Want::List { account: account.to_owned(), record: read.record.name.clone(), newest }
    }

    /// What may have been meant where an expression stopped over records that it did not find.
    pub(super) fn near_misses(&self, expression: &CompiledExpression) -> Vec<Candidate> {
        let missed = |read: &&WithRead| {
            let known = self.found.borrow();
            known.known.get(&read.name).is_some_and(|found| found.value.is_null()) && expression.mentions(&read.name)
        };
        let reads: Vec<&WithRead> = self.pipeline.with.iter().filter(missed).collect();
        reads.into_iter().flat_map(|read| self.near(read)).take(CANDIDATES_MAX).collect()
    }

    fn near(&self, read: &WithRead) -> Vec<Candidate> {
        let Some((own, asked)) = &read.compared else { return Vec::new() };
        let Ok(Value::Text(asked)) = self.evaluate(asked, None, &read.line) else { return Vec::new() };
        let mut known: BTreeMap<String, (Candidate, Want, usize)> = BTreeMap::new();
        for account in self.accounts(read, &self.account_for(&read.record.system)) {
            let Ok(want) = self.want(read, &account) else { continue };
            let rows = self.situation.reads.get(&want).and_then(|found| rows_of(found, read, &account));
            for (place, row) in rows.as_deref().unwrap_or_default().iter().enumerate() {
                let element = Element { typed: row, name: None, outer: None };
                let said = self.said();
                let label = self.evaluate(own, Some(&element), &read.line);
                if self.said() != said {
                    self.took(&want, [place]);
                }
                let (Ok(Value::Text(label)), Some(id)) = (label, read.record.id_of(&row.value)) else {
                    continue;
                };
                let record = format!("{account}.{}", read.record.name);
                let why = format!("written much like {asked:?}");
                let label = label.to_string();
                known.insert(label.clone(), (Candidate { record, id, label, why }, want.clone(), place));
            }
        }
        let near = suggest::nearest(&asked, known.keys().map(String::as_str));
        let near = near.into_iter().filter(|label| may_be_meant(&asked, label));
        let near = near.filter_map(|label| known.get(label)).cloned();
        let took = |(candidate, want, place): (Candidate, Want, usize)| {
            self.took(&want, [place]);
            candidate
        };
        near.map(took).collect()
    }
}

/// How far the rows of an answer were looked at, and which of the others are left out because they cannot fit.
#[derive(Default)]
struct Looked {
    next: usize,
    /// The places that are left, the last first, once it is known which.
    left: Option<Vec<usize>>,
    /// By how many parts of the condition they were told.
    told: usize,
}

impl Looked {
    fn next<'r>(
        &mut self,
        context: &Context<'_>,
        read: &WithRead,
        (rows, want): (&'r [Typed], &Want),
    ) -> Option<(usize, &'r Typed)> {
        if rows.len() > ROWS_FEW && self.told < read.narrowings.len() {
            // Before the first row nothing is known of records that the condition itself looks for.
            let told: Vec<&Narrowing> = context.told(read).collect();
            if told.len() > self.told {
                self.told = told.len();
                self.left_out(read, context.left_of(told, (&read.line, want)));
            }
        }
        let place = match &mut self.left {
            Some(left) => left.pop()?,
            None => self.next,
        };
        self.next = place + 1;
        rows.get(place).map(|row| (place, row))
    }

    fn left_out(&mut self, read: &WithRead, places: Option<Vec<usize>>) {
        let Some(mut places) = places else { return };
        read.condition.does_not_hold();
        places.retain(|place| *place >= self.next);
        places.reverse();
        self.left = Some(places);
    }
}

/// The rows of an answer, as expressions see them.
fn rows_of<'f>(found: &'f Found, read: &WithRead, account: &str) -> Option<Cow<'f, [Typed]>> {
    match found {
        Found::Listed(listed) => Some(Cow::Borrowed(listed.rows())),
        Found::Records(rows) | Found::Fitted(rows) => {
            let at = Some((Arc::clone(&read.record), whole()));
            let typed = |row: &Value| Typed { value: row.clone(), at: at.clone(), account: account.into() };
            Some(Cow::Owned(rows.iter().map(typed).collect()))
        }
        Found::Key(_) | Found::Nothing { .. } | Found::Lacking { .. } => None,
    }
}
