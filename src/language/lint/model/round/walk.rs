//! A round of rules is walked with everything that its first field may hold: whether it comes back as it was.
//!
//! Values that can be counted are followed one by one, all others as what they are not; what cannot be followed is
//! told with the reason. That a text comes back in another spelling (without blanks around it, in small letters) is
//! no echo: spelt once, it stays so.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::edge::Edge;
use super::made::{Made, Meaning, Way};
use super::range::Range;
use crate::language::plan::{Outcome, Table};
use crate::language::syntax::expression::ExpressionKind;
use crate::value::{Kind, Value};

/// More trails than this are not followed from one value.
const TRAILS_MAX: usize = 4_096;

/// How often numbers are told apart at another bound.
const PARTS_MAX: usize = 64;

/// A value that no row and no rule names.
const ANY_OTHER: &str = "\u{0}any other";

/// What a round comes to.
#[derive(Debug, PartialEq)]
pub(crate) enum Comes {
    /// Whatever its first field holds comes back as it was, or not at all.
    ToRest,
    /// These values, each made of the one before.
    Back(Vec<Value>),
    /// Nobody can tell, for this reason.
    Untold(String),
}

/// A value on its way: what it became in each rule.
struct Trail {
    made: Vec<Made>,
    by_others: bool,
}

/// A round, and the values that its rules name.
struct Walk<'r, 'a> {
    round: &'r [&'r Edge<'a>],
    named: Vec<Value>,
}

/// What a round comes to.
pub(crate) fn walk(round: &[&Edge<'_>]) -> Comes {
    let kind = round.first().map_or(Kind::Any, |first| first.kind());
    let walk = Walk { round, named: named(round) };
    let mut untold = None;
    for (begun, span) in walk.begins(&kind) {
        match walk.from(&begun, span) {
            Comes::ToRest => {}
            Comes::Untold(why) => untold = untold.or(Some(why)),
            back @ Comes::Back(_) => return back,
        }
    }
    let turns = || walk.turns(&kind).then(|| Comes::Untold(TURNS.to_owned()));
    untold.map(Comes::Untold).or_else(turns).unwrap_or(Comes::ToRest)
}

/// Why a round of copies is told.
const TURNS: &str = "where the fields of one record differ, they change places for ever";

/// Every constant that the rules of a round name.
fn named(round: &[&Edge<'_>]) -> Vec<Value> {
    let mut named: Vec<Value> = Vec::new();
    // By what is the same text for equal values.
    let mut known = BTreeMap::<Option<String>, Vec<Value>>::new();
    let mut see = |value: Value| {
        let like = known.entry(value.to_key()).or_default();
        if !value.is_null() && !like.contains(&value) {
            like.push(value.clone());
            named.push(value);
        }
    };
    for edge in round {
        let trees = edge.conditions.iter().map(|(condition, _)| condition.tree());
        for tree in trees.chain([edge.expression.tree()]) {
            tree.visit(&mut |part| match &part.kind {
                ExpressionKind::Literal(Value::List(items)) => items.iter().cloned().for_each(&mut see),
                ExpressionKind::Literal(value) => see(value.clone()),
                _ => {}
            });
        }
        let kind = edge.kind();
        let rows = edge.table.into_iter().flat_map(|table| &table.rows);
        let cells = rows.flat_map(|row| row.sources(edge.target)).flatten();
        cells.for_each(|cell| see(typed(cell, &kind)));
    }
    named
}

/// A cell of a table as a value of a field.
fn typed(cell: &str, kind: &Kind) -> Value {
    match kind {
        Kind::Bool => Value::Bool(cell == "true"),
        Kind::Integer | Kind::Decimal => {
            crate::value::decimal::parse(cell).map_or_else(|| Value::text(cell), Value::Decimal)
        }
        _ => Value::text(cell),
    }
}

impl Walk<'_, '_> {
    /// Whether values are handed round through several fields of one kind of record, each as it was: two that differ
    /// follow one another without end.
    fn turns(&self, kind: &Kind) -> bool {
        let several = self.round.iter().enumerate().any(|(at, edge)| {
            let (system, record, path) = edge.from.name();
            self.round.iter().skip(at + 1).any(|other| {
                let (known, kind, place) = other.from.name();
                (known, kind) == (system, record) && place != path
            })
        });
        let whole = |(begun, span): &(Made, Range)| {
            let trails = self.trails(begun, *span).unwrap_or_default();
            let is_value = !matches!(begun, Made::Is(value) if value.is_null());
            is_value && trails.iter().any(|trail| trail.made.last() == Some(begun))
        };
        several && self.begins(kind).iter().filter(|begun| whole(begun)).take(2).map(weight).sum::<usize>() > 1
    }

    /// Everything that the first field may hold.
    fn begins(&self, kind: &Kind) -> Vec<(Made, Range)> {
        let Some(first) = self.round.first() else { return Vec::new() };
        let record = first.from.record;
        let states = record.states.as_ref().filter(|states| first.from.path.is_field(&states.field));
        let led_to = |value: &String| states.is_none_or(|states| states.moves.iter().any(|step| step.to == *value));
        let null = record.field(&first.from.path).is_none_or(|field| !record.is_filled(field)).then_some(Value::Null);
        let all: Option<Vec<Value>> = match kind {
            Kind::Enum(values) => Some(values.iter().filter(|value| led_to(value)).map(Value::text).collect()),
            Kind::Bool => Some(vec![Value::Bool(true), Value::Bool(false)]),
            _ => None,
        };
        let is = |value: Value| (Made::Is(value), Range::default());
        if let Some(values) = all {
            return values.into_iter().chain(null).map(is).collect();
        }
        let is_number = matches!(kind, Kind::Integer | Kind::Decimal);
        let span = Range { is_number, is_whole: *kind == Kind::Integer, ..Range::default() };
        let named = self.named.iter().filter(|value| kind.fits(value)).cloned();
        // What is like most is the plainest witness.
        std::iter::once((Made::Begun, span)).chain(named.chain(null).map(is)).collect()
    }

    /// What comes of one beginning; numbers are told apart where rules do.
    fn from(&self, begun: &Made, span: Range) -> Comes {
        let mut open = vec![(begun.clone(), span)];
        let mut untold = None;
        for _ in 0..PARTS_MAX {
            let Some((begun, span)) = open.pop() else { return untold.map_or(Comes::ToRest, Comes::Untold) };
            match self.judged(&begun, span) {
                Err(at) => {
                    open.extend(span.parted(at).into_iter().map(|part| (Made::Begun, part)));
                    open.push((Made::Is(Value::Decimal(at)), Range::default()));
                }
                Ok(Comes::ToRest) => {}
                Ok(Comes::Untold(why)) => untold = untold.or(Some(why)),
                Ok(back) => return back,
            }
        }
        Comes::Untold("its rules tell too many numbers apart".to_owned())
    }

    /// What comes of one beginning; the error: where its numbers are to be told apart first.
    fn judged(&self, begun: &Made, span: Range) -> Result<Comes, Decimal> {
        let mut untold = None;
        for trail in self.trails(begun, span)? {
            let Some(last) = trail.made.last() else { continue };
            // A rule that goes round alone reads another record of the kind: what it takes from elsewhere is no echo.
            let is_elsewhere = self.round.len() == 1 && (trail.by_others || matches!(last, Made::Other(_)));
            if last == begun || *last == Made::Spelt || is_elsewhere {
                continue;
            }
            let stays = || self.stays(last, span);
            match last {
                Made::Unknown(why) => untold = untold.or(Some(why.clone())),
                Made::Counterpart(pipeline, ..) => {
                    let why = format!("no pipeline leads back from the counterpart that `{pipeline}` gives");
                    untold = untold.or(Some(why));
                }
                Made::Is(_) if is_spelling(begun, last) && stays()? == Comes::ToRest => {}
                // Who leaves a field empty may have another stand in for it, if that is the end of it.
                _ if trail.by_others && *begun == Made::Is(Value::Null) => match stays()? {
                    Comes::ToRest => {}
                    Comes::Untold(why) => untold = untold.or(Some(why)),
                    Comes::Back(_) => return Ok(self.witness(&trail, span)),
                },
                _ => return Ok(self.witness(&trail, span)),
            }
        }
        Ok(untold.map_or(Comes::ToRest, Comes::Untold))
    }

    /// Whether what came back comes back as the same once more.
    fn stays(&self, last: &Made, span: Range) -> Result<Comes, Decimal> {
        let mut untold = None;
        for trail in self.trails(last, span)? {
            match trail.made.last() {
                None => {}
                Some(again) if again == last => {}
                Some(Made::Unknown(why)) => untold = untold.or(Some(why.clone())),
                Some(Made::Other(_)) if matches!(last, Made::Other(_)) => {
                    untold = untold.or(Some("several fields take turns in it".to_owned()));
                }
                Some(_) => return Ok(Comes::Back(Vec::new())),
            }
        }
        Ok(untold.map_or(Comes::ToRest, Comes::Untold))
    }

    /// Everything that a round makes of a value; what ends on its way is left out.
    fn trails(&self, begun: &Made, span: Range) -> Result<Vec<Trail>, Decimal> {
        let mut trails = vec![Trail { made: vec![begun.clone()], by_others: false }];
        for (at, edge) in self.round.iter().enumerate() {
            let is_last = at + 1 == self.round.len();
            let mut next = Vec::new();
            for trail in trails {
                let Some(now) = trail.made.last() else { continue };
                let parted = Cell::new(None);
                let meaning = Meaning { edge, now, span, named: &self.named, parted: &parted };
                let ways = step(&meaning, is_last.then_some(begun));
                if let Some(at) = parted.get() {
                    return Err(at);
                }
                next.extend(ways.into_iter().map(|way| Trail {
                    made: trail.made.iter().cloned().chain([way.made]).collect(),
                    by_others: trail.by_others || way.by_others,
                }));
            }
            next.truncate(TRAILS_MAX);
            trails = next;
        }
        Ok(trails)
    }

    /// The values of a trail; where it was followed with what a value is not, with one that is so.
    fn witness(&self, trail: &Trail, span: Range) -> Comes {
        let plain = |made: &Vec<Made>| -> Option<Vec<Value>> {
            made.iter().map(|one| if let Made::Is(value) = one { Some(value.clone()) } else { None }).collect()
        };
        if let Some(values) = plain(&trail.made) {
            return Comes::Back(values);
        }
        let one = |number: i64, scale: u32| Decimal::new(number, scale);
        let beside = [
            span.after.and_then(|at| at.checked_add(Decimal::ONE)),
            span.before.and_then(|at| at.checked_sub(Decimal::ONE)),
        ];
        let numbers = [one(3, 0), one(-7, 0), one(1_005, 3)].into_iter().chain(beside.into_iter().flatten());
        let numbers = numbers.filter(|number| span.holds(*number)).map(Value::Decimal);
        let samples: Vec<Value> =
            if span.is_number { numbers.collect() } else { vec![Value::text("plain"), Value::text(" Some Text 1 ")] };
        for sample in samples {
            let trails = self.trails(&Made::Is(sample.clone()), Range::default()).unwrap_or_default();
            let back = |trail: &Trail| plain(&trail.made).filter(|values| values.last() != Some(&sample));
            if let Some(values) = trails.iter().find_map(back) {
                return Comes::Back(values);
            }
        }
        Comes::Back(Vec::new())
    }
}

/// How many values a beginning stands for, up to two.
fn weight((begun, _): &(Made, Range)) -> usize {
    if matches!(begun, Made::Is(_)) { 1 } else { 2 }
}

/// What a rule makes of a value. `target`: what its target holds, where that is known.
fn step(meaning: &Meaning<'_, '_>, target: Option<&Made>) -> Vec<Way> {
    let edge = meaning.edge;
    if !edge.conditions.iter().all(|(condition, side)| meaning.may_hold(condition.tree(), *side)) {
        return Vec::new();
    }
    let given = meaning.of(edge.expression.tree(), edge.source());
    let given = given.into_iter().filter(|way| !matches!(way.made, Made::Stops | Made::Fails));
    // Without `or clear` what is empty takes the place of nothing.
    let ends = |way: &Way| !edge.rule.or_clear && is_empty(&way.made);
    let given = given.filter(|way| !ends(way));
    match (edge.table, edge.via) {
        (Some(table), _) => given.flat_map(|way| through_table(edge, table, (&way, target))).collect(),
        (None, Some(via)) => given.map(|way| Way { made: counterpart(edge, via, way.made), ..way }).collect(),
        (None, None) => given.collect(),
    }
}

fn through_table(edge: &Edge<'_>, table: &Table, (way, target): (&Way, Option<&Made>)) -> Vec<Way> {
    let rows = || table.rows.iter().filter(|row| row.points(edge.target));
    let all = || rows().flat_map(|row| row.sources(edge.target)).flatten().map(String::as_str).chain([ANY_OTHER]);
    let sources: BTreeSet<String> = match &way.made {
        Made::Is(value) => value.to_key().into_iter().collect(),
        Made::Begun => BTreeSet::from([ANY_OTHER.to_owned()]),
        _ => all().map(str::to_owned).collect(),
    };
    let told = rows().flat_map(|row| &row.from).map(String::as_str).chain([ANY_OTHER]);
    let present: BTreeSet<String> = match target {
        Some(Made::Is(value)) => BTreeSet::from([value.to_key().unwrap_or_default()]),
        Some(Made::Begun) => BTreeSet::from([ANY_OTHER.to_owned()]),
        _ => told.map(str::to_owned).collect(),
    };
    let kind = edge.to.record.field(&edge.to.path).map_or(&Kind::Any, |field| &field.kind);
    let open = sources.len() > 1;
    let mut found: Vec<Way> = Vec::new();
    for source in &sources {
        for present in &present {
            if let Some((Outcome::Value(goal), _)) = table.outcome(edge.target, source, Some(present)) {
                let made = Made::Is(typed(&goal, kind));
                let way = Way { made, by_others: way.by_others || open };
                if !found.contains(&way) {
                    found.push(way);
                }
            }
        }
    }
    found
}

fn counterpart(edge: &Edge<'_>, via: &crate::language::plan::Pipeline, made: Made) -> Made {
    match made {
        Made::Is(Value::Null) => Made::Is(Value::Null),
        Made::Unknown(why) => Made::Unknown(why),
        _ if via.shared.is_some() => {
            Made::Unknown(format!("pipeline `{}` gives several records one counterpart", via.name))
        }
        Made::Counterpart(name, side, inner) if name == via.name && side == edge.source() => *inner,
        other => Made::Counterpart(via.name.clone(), edge.target, Box::new(other)),
    }
}

fn is_empty(made: &Made) -> bool {
    matches!(made, Made::Is(value) if value.is_null() || value.as_text() == Some(""))
}

/// Whether two texts differ in blanks around them and in the case of letters only.
fn is_spelling(one: &Made, other: &Made) -> bool {
    let loose = |made: &Made| match made {
        Made::Is(Value::Text(text)) => Some(text.trim().to_lowercase()),
        _ => None,
    };
    loose(one).is_some_and(|text| loose(other) == Some(text))
}
