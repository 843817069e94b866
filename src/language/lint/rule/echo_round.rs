//! Echoes through rules that lead a field back to itself: over all pipelines, inside lists, through tables, through
//! references and conditions.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::round::{Comes, Edge, Lies, edges, walk};
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
    /// By edge, those that begin where it ends.
    next: Vec<Vec<usize>>,
    /// By edge, all that it leads to.
    reached: Vec<BTreeSet<usize>>,
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
        let (_, reached) = led(&edges);
        let in_round = |edge: usize| reached.get(edge).is_some_and(|reached| reached.contains(&edge));
        let kept = edges.into_iter().enumerate().filter(|(edge, _)| in_round(*edge)).map(|(_, edge)| edge);
        let edges: Vec<Edge<'a>> = kept.collect();
        let (next, reached) = led(&edges);
        Self { edges, next, reached }
    }

    /// Rounds that begin with an edge and lead back to its source over other rules; whether these are all.
    fn rounds(&self, start: usize) -> (Vec<Vec<&Edge<'a>>>, bool) {
        let mut open = vec![vec![start]];
        let (mut closed, mut is_whole) = (Vec::new(), true);
        while let Some(way) = open.pop() {
            let edges: Vec<&Edge<'a>> = way.iter().filter_map(|edge| self.edges.get(*edge)).collect();
            let (Some(first), Some(last)) = (edges.first(), edges.last()) else { continue };
            // A rule that reads what it writes itself is told as that.
            let is_round = way.len() > 1 || !first.reads_own();
            if last.to.lies_to(&first.from) == Lies::There && is_round {
                closed.push(edges);
                continue;
            }
            let follows = |next: &Edge<'_>| !edges.iter().any(|known| std::ptr::eq(known.rule, next.rule));
            let back = |next: &usize| self.reached.get(*next).is_some_and(|reached| reached.contains(&start));
            let ends = way.last().and_then(|last| self.next.get(*last)).into_iter().flatten().copied();
            for next in ends.filter(back).filter(|next| self.edges.get(*next).is_some_and(follows)) {
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

/// By edge, those that begin where it ends, and all that it leads to.
fn led(edges: &[Edge<'_>]) -> (Vec<Vec<usize>>, Vec<BTreeSet<usize>>) {
    let mut begin = BTreeMap::<_, Vec<usize>>::new();
    for (at, edge) in edges.iter().enumerate() {
        begin.entry(edge.from.name()).or_default().push(at);
    }
    let next = edges.iter().map(|edge| begin.get(&edge.to.name()).cloned().unwrap_or_default());
    let next: Vec<Vec<usize>> = next.collect();
    let of = |edge: &usize| next.get(*edge).into_iter().flatten().copied();
    let all = |edge: usize| {
        let (mut reached, mut open) = (BTreeSet::new(), vec![edge]);
        while let Some(edge) = open.pop() {
            open.extend(of(&edge).filter(|next| reached.insert(*next)));
        }
        reached
    };
    let reached = (0..edges.len()).map(all).collect();
    (next, reached)
}

const HELP: &str = "say `on create` in one of these rules, or let one system own both groups";

const HELP_ALONE: &str = "say `on create`, or let the rule depend on the other side alone";

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
    Some(finding.help(if round.len() == 1 { HELP_ALONE } else { HELP }))
}
