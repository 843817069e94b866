//! Echoes through rules that lead a field back to itself: over all pipelines, inside lists, through tables, through
//! references and conditions.

use super::echo_edge::{Edge, edges};
use super::echo_place::Lies;
use super::echo_walk::{Comes, walk};
use crate::diagnostic::{Diagnostic, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::{Condition, Reading, View};
use crate::language::plan::Side;
use crate::value::Value;

/// A round of more rules than this is not followed.
const ROUND_MAX: usize = 10;

/// More rounds than this are not looked for from one field.
const ROUNDS_MAX: usize = 2_000;

/// Rules of which each leads to one that it follows from.
struct Knot<'a> {
    edges: Vec<Edge<'a>>,
    /// Whether the field of one leads to that of the other, by their places.
    leads: Vec<Vec<bool>>,
}

/// Rounds of rules that lead a value back to its field as another value, or nobody knows as what.
pub(super) fn through_rules(lint: &Lint, view: &View<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let knot = Knot::of(edges(view));
    let mut told: Vec<Vec<Span>> = Vec::new();
    for start in 0..knot.edges.len() {
        let (rounds, is_whole) = knot.rounds(start);
        for round in rounds {
            let mut name: Vec<Span> = round.iter().map(|edge| edge.rule.span).collect();
            name.sort_unstable();
            if told.contains(&name) || !knot.is_live(view, &round) {
                continue;
            }
            if let Some(finding) = echo(lint, &round) {
                told.push(name);
                found.push(finding);
            }
        }
        if let Some(edge) = knot.edges.get(start).filter(|_| !is_whole && told.is_empty()) {
            told.push(vec![edge.rule.span]);
            let message = format!("a change of `{}` goes round on more ways than can be followed", edge.from);
            found.push(lint.found(message, edge.rule.span, "from here on").help(HELP));
        }
    }
    found
}

impl<'a> Knot<'a> {
    /// The edges that stand in some round.
    fn of(edges: Vec<Edge<'a>>) -> Self {
        let step = |one: &Edge<'_>, other: &Edge<'_>| one.to.lies_to(&other.from) == Lies::There;
        let mut leads: Vec<Vec<bool>> =
            edges.iter().map(|one| edges.iter().map(|other| step(one, other)).collect()).collect();
        for via in 0..edges.len() {
            for from in 0..edges.len() {
                if at(&leads, from, via) {
                    let on: Vec<bool> = leads.get(via).cloned().unwrap_or_default();
                    let row = leads.get_mut(from).into_iter().flatten();
                    row.zip(on).for_each(|(known, on)| *known |= on);
                }
            }
        }
        let kept: Vec<usize> = (0..edges.len()).filter(|edge| at(&leads, *edge, *edge)).collect();
        let leads = kept.iter().map(|one| kept.iter().map(|other| at(&leads, *one, *other)).collect()).collect();
        let edges = edges.into_iter().enumerate().filter(|(edge, _)| kept.contains(edge)).map(|(_, edge)| edge);
        Self { edges: edges.collect(), leads }
    }

    /// Rounds that begin with an edge and lead back to its source over other rules; whether these are all.
    fn rounds(&self, start: usize) -> (Vec<Vec<&Edge<'a>>>, bool) {
        let mut open = vec![vec![start]];
        let (mut closed, mut is_whole) = (Vec::new(), true);
        while let Some(way) = open.pop() {
            let edges: Vec<&Edge<'a>> = way.iter().filter_map(|edge| self.edges.get(*edge)).collect();
            let (Some(first), Some(last)) = (edges.first(), edges.last()) else { continue };
            if last.to.lies_to(&first.from) == Lies::There && way.len() > 1 {
                closed.push(edges);
                continue;
            }
            let follows = |next: &Edge<'_>| {
                let known = edges.iter().any(|known| std::ptr::eq(known.rule, next.rule));
                !known && last.to.lies_to(&next.from) == Lies::There
            };
            let back = |next: usize| at(&self.leads, next, start);
            for (next, _) in self.edges.iter().enumerate().filter(|(next, edge)| back(*next) && follows(edge)) {
                if way.len() < ROUND_MAX && open.len() < ROUNDS_MAX && closed.len() < ROUNDS_MAX {
                    open.push(way.iter().copied().chain([next]).collect());
                } else {
                    is_whole = false;
                }
            }
        }
        (closed, is_whole)
    }

    /// Whether all rules of a round can be live at once. A condition that reads what the rules of the knot write may
    /// come to hold on the way.
    fn is_live(&self, view: &View<'_>, round: &[&Edge<'a>]) -> bool {
        let conditions = round.iter().map(|edge| {
            let [left, right] = Side::BOTH.map(|side| {
                let record = edge.pipeline().record(side);
                let by = Side::BOTH.map(|side| view.written(edge.pipeline().match_of(side).tree()));
                format!("{}.{} by {by:?}", record.system, record.name)
            });
            let reading = Reading::rooted(view, edge.pipeline(), [left, right]);
            let moved = edge.conditions.iter().any(|(condition, side)| {
                let reads = |known: &Edge<'a>| edge.ground.touches(condition.tree(), *side, &known.from) != Lies::Apart;
                self.edges.iter().any(reads)
            });
            if moved { Condition::told(true) } else { reading.of_rule(edge.rule) }
        });
        let owners = round.iter().flat_map(|edge| edge.pipeline().deciding(edge.rule, edge.target));
        let live = |world: &Value| round.iter().all(|edge| edge.pipeline().flows(edge.rule, edge.target, world));
        view.worlds(owners).iter().any(live) && !Condition::all(conditions).is_never()
    }
}

fn at(leads: &[Vec<bool>], from: usize, to: usize) -> bool {
    leads.get(from).and_then(|row| row.get(to)).copied().unwrap_or_default()
}

const HELP: &str = "say `on create` in one of these rules, or let one system own both groups";

fn echo(lint: &Lint, round: &[&Edge<'_>]) -> Option<Diagnostic> {
    let last = round.last()?;
    let first = round.first()?;
    let names = std::iter::once(&first.from).chain(round.iter().map(|edge| &edge.to)).map(ToString::to_string);
    let bare = |names: Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
    let (message, at) = match walk(round) {
        Comes::ToRest => return None,
        Comes::Back(values) if values.is_empty() => {
            (format!("a change comes back: {}", bare(names.collect())), "by this rule")
        }
        Comes::Back(values) => {
            let way: Vec<String> = names.zip(values).map(|(name, value)| format!("`{name}` {value}")).collect();
            (format!("a change comes back: {}", way.join(" → ")), "by this rule")
        }
        Comes::Untold(why) => (
            format!("a change may come back: {}; {why}", bare(names.collect())),
            "back to where it came from by this rule",
        ),
    };
    let finding = lint.found(message, last.rule.span, at);
    let before = round.iter().take(round.len() - 1);
    let finding = before.fold(finding, |finding, edge| finding.label(edge.rule.span, "after this one"));
    Some(finding.help(HELP))
}
