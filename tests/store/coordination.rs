//! What processes that share a store have of it: nodes, holds, roles, budgets. Two nodes of one store stand for two
//! processes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use petiole::store::{Cursor, Hold, Lead, Node, Rate, Role, Store, StoreError};

use super::sample::{Place, at, version};

const TTL: Duration = Duration::from_secs(30);

/// The same by the clock of the test.
const TTL_SECONDS: i64 = 30;

fn poll() -> Role {
    Role::Poll("shop".to_owned())
}

/// Two nodes that begin now.
async fn two(store: &Arc<dyn Store>) -> (Node, Node) {
    (store.join(TTL).await.unwrap(), store.join(TTL).await.unwrap())
}

async fn hold(store: &Arc<dyn Store>, node: Node, pair: &str) -> Option<Hold> {
    store.hold(node, pair).await.unwrap()
}

async fn lead(store: &Arc<dyn Store>, node: Node, role: &Role) -> Option<Lead> {
    store.lead(node, role, TTL).await.unwrap()
}

pub(super) async fn what_a_silent_node_has_another_takes_over_and_fences_it(place: Place) {
    let store = place.open().await;
    let (silent, lives) = two(&store).await;
    let (held, led) = (hold(&store, silent, "pair").await.unwrap(), lead(&store, silent, &poll()).await.unwrap());
    place.clock.set(20);
    store.beat(lives, TTL).await.unwrap();
    place.clock.set(29);
    assert_eq!((hold(&store, lives, "pair").await, lead(&store, lives, &poll()).await), (None, None));
    place.clock.set(30);
    let taken = hold(&store, lives, "pair").await.unwrap();
    assert!(taken.token > held.token);
    let lost = Err(StoreError::LostClaim);
    assert_eq!(store.beat(silent, TTL).await, lost);
    assert_eq!(store.holds(held).await, lost);
    assert_eq!(store.hold(silent, "other").await, Err(StoreError::LostClaim));
    assert_eq!(store.lead(silent, &poll(), TTL).await, Err(StoreError::LostClaim));
    assert_eq!(store.draw(silent, "shop", 1, rate()).await, Err(StoreError::LostClaim));
    assert_eq!((store.release(held).await, store.resign(&led).await), (Ok(false), Ok(false)));
    assert_eq!(store.holds(taken).await, Ok(()), "whoever lost it gives back nothing of another's");
    assert_eq!(hold(&store, silent_again(&store).await, "pair").await, None, "as a new one it is one of many");
}

async fn silent_again(store: &Arc<dyn Store>) -> Node {
    store.join(TTL).await.unwrap()
}

pub(super) async fn a_node_that_comes_late_and_that_nobody_fenced_has_everything_still(place: Place) {
    let store = place.open().await;
    let (late, lives) = two(&store).await;
    let (held, led) = (hold(&store, late, "pair").await.unwrap(), lead(&store, late, &poll()).await.unwrap());
    place.clock.set(29);
    store.beat(lives, TTL).await.unwrap();
    place.clock.set(35);
    store.beat(late, TTL).await.unwrap();
    assert_eq!((store.fence().await, store.holds(held).await), (Ok(Vec::new()), Ok(())));
    assert_eq!(lead(&store, late, &poll()).await, Some(led), "under the same term");
    assert_eq!(hold(&store, lives, "pair").await, None);
    place.clock.set(65);
    assert_eq!(store.fence().await, Ok(vec![late, lives]));
    assert_eq!((store.beat(late, TTL).await, store.holds(held).await), (lost(), lost()));
}

fn lost() -> Result<(), StoreError> {
    Err(StoreError::LostClaim)
}

pub(super) async fn no_number_is_given_twice_whoever_has_the_store(place: Place) {
    let mut last = (Node(-1), -1, -1, -1);
    for _ in 0..3 {
        let store = place.open().await;
        for _ in 0..2 {
            let node = store.join(TTL).await.unwrap();
            let token = hold(&store, node, "pair").await.unwrap().token;
            let term = lead(&store, node, &Role::Sweep).await.unwrap().term;
            let draw = store.draw(node, "shop", 1, rate()).await.unwrap().number;
            assert!(last.0 < node && last.1 < token && last.2 < term && last.3 < draw, "{last:?}");
            last = (node, token, term, draw);
            store.leave(node).await.unwrap();
        }
    }
}

pub(super) async fn a_pair_has_one_node_and_that_one_token(place: Place) {
    let store = place.open().await;
    let (one, other) = two(&store).await;
    let held = hold(&store, one, "pair").await.unwrap();
    assert_eq!(hold(&store, other, "pair").await, None);
    assert!(hold(&store, other, "another pair").await.is_some());
    // A task of the same node that broke off leaves its hold behind.
    let again = hold(&store, one, "pair").await.unwrap();
    assert_eq!((store.holds(held).await, store.release(held).await), (lost(), Ok(false)));
    assert_eq!((store.holds(again).await, store.release(again).await), (Ok(()), Ok(true)));
    assert!(hold(&store, other, "pair").await.is_some());
}

/// Whatever a role writes carries its term, and is refused whole once another has the role.
pub(super) async fn nothing_is_written_under_a_role_that_another_has(place: Place) {
    let store = place.open().await;
    let (one, other) = two(&store).await;
    let old = lead(&store, one, &poll()).await.unwrap();
    assert_eq!(lead(&store, one, &poll()).await.as_ref(), Some(&old), "kept under the same term");
    place.clock.set(25);
    store.beat(one, TTL).await.unwrap();
    store.beat(other, TTL).await.unwrap();
    place.clock.set(30);
    let new = lead(&store, other, &poll()).await.unwrap();
    assert!(new.term > old.term);
    assert_eq!(store.beat(one, TTL).await, Ok(()), "a role that ran out is no reason to fence who had it");
    let moved = |lead: &Lead, second| Some(Cursor::of(("shop", "order"), None, at(second)).under(lead.clone()));
    let accepted = store.accept(vec![version("1", "a", 0)], moved(&old, 9)).await;
    assert_eq!(accepted, Err(StoreError::LostClaim));
    assert_eq!((store.counts().await.unwrap().pending, store.cursor("shop", "order").await), (0, Ok(None)));
    assert_eq!(store.mark("*", "sweep", at(9), Some(&old)).await, lost());
    assert_eq!(store.prune(at(9), Some(&old)).await, Err(StoreError::LostClaim));
    assert_eq!(store.cursor("*", "sweep").await, Ok(None));
    assert_eq!(store.accept(vec![version("1", "a", 0)], moved(&new, 8)).await, Ok(1));
    assert_eq!(store.cursor("shop", "order").await, Ok(Some(at(8))));
    store.mark("*", "sweep", at(8), Some(&new)).await.unwrap();
    store.prune(at(0), Some(&new)).await.unwrap();
    assert_eq!((store.resign(&old).await, store.resign(&new).await), (Ok(false), Ok(true)));
    assert_eq!(store.mark("*", "sweep", at(9), Some(&new)).await, lost(), "given back");
    assert!(lead(&store, one, &poll()).await.unwrap().term > new.term);
    assert!(lead(&store, other, &Role::Poll("crm".to_owned())).await.is_some(), "of another account");
}

pub(super) async fn what_a_node_leaves_is_free_at_once(place: Place) {
    let store = place.open().await;
    let (ends, lives) = two(&store).await;
    hold(&store, ends, "pair").await.unwrap();
    lead(&store, ends, &Role::Prune).await.unwrap();
    store.leave(ends).await.unwrap();
    store.leave(ends).await.unwrap();
    assert!(hold(&store, lives, "pair").await.is_some() && lead(&store, lives, &Role::Prune).await.is_some());
    assert_eq!(store.beat(ends, TTL).await, lost());
}

/// Nodes stall, come late and are fenced; whoever may still believe that it has something is the only one.
pub(super) async fn two_nodes_never_have_the_same_at_once(place: Place) {
    let store = place.open().await;
    let mut random = fastrand::Rng::with_seed(11);
    let mut nodes: Vec<(Node, i64)> = Vec::new();
    let mut believed: BTreeMap<&str, Vec<(Node, i64)>> = BTreeMap::new();
    let (mut second, mut numbers, mut terms) = (0_i64, Vec::new(), Vec::new());
    for _ in 0..4_000 {
        second += i64::from(random.u8(0..4));
        place.clock.set(second);
        if nodes.len() < 3 {
            nodes.push((store.join(TTL).await.unwrap(), second));
        }
        let which = random.usize(0..nodes.len());
        let node = nodes[which].0;
        let name = ["pair", "another pair"][random.usize(0..2)];
        let fenced = match random.u8(0..10) {
            0..4 => match store.hold(node, name).await {
                Ok(held) => {
                    if let Some(held) = held {
                        numbers.push(held.token);
                        believed.entry(name).or_default().push((node, held.token));
                    }
                    false
                }
                lost => lost == Err(StoreError::LostClaim),
            },
            4..6 => match store.beat(node, TTL).await {
                Ok(()) => {
                    nodes[which].1 = second;
                    false
                }
                lost => lost == Err(StoreError::LostClaim),
            },
            6 => {
                for (node, token) in believed.remove(name).unwrap_or_default() {
                    store.release(Hold { node, token }).await.unwrap();
                }
                false
            }
            _ => match store.lead(node, &poll(), Duration::from_secs(10)).await {
                Ok(led) => {
                    terms.extend(led.map(|led| (led.term, node)));
                    false
                }
                lost => lost == Err(StoreError::LostClaim),
            },
        };
        if fenced {
            let (_, beaten) = nodes.remove(which);
            assert!(beaten + TTL_SECONDS <= second, "none is fenced before its time");
        }
        for (name, holders) in &believed {
            // By its own clock each knows how long it lives for sure.
            let lives =
                |node: &Node| nodes.iter().any(|(known, beaten)| known == node && second < beaten + TTL_SECONDS);
            let mut alive: Vec<Node> = holders.iter().map(|(node, _)| *node).filter(lives).collect();
            alive.dedup();
            assert!(alive.len() <= 1, "{name} at {second}: {holders:?}");
        }
    }
    assert!(numbers.len() > 500 && terms.len() > 500, "{} {}", numbers.len(), terms.len());
    assert!(numbers.is_sorted_by(|one, next| one < next), "no token is given twice");
    assert!(terms.is_sorted(), "and a term is had by one node: {terms:?}");
    assert!(terms.windows(2).all(|two| two[0].0 < two[1].0 || two[0] == two[1]));
}

fn rate() -> Rate {
    Rate { calls: 20, per: Duration::from_mins(1) }
}

/// Three nodes draw what they can and begin their calls whenever the draw lets them.
pub(super) async fn no_stretch_sees_more_calls_than_the_rate_says(place: Place) {
    let store = place.open().await;
    let mut random = fastrand::Rng::with_seed(5);
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(store.join(Duration::from_hours(10)).await.unwrap());
    }
    let (mut begun, mut waits): (Vec<i64>, u32) = (Vec::new(), 0);
    let mut open = Vec::new();
    for second in 0..1_200 {
        place.clock.set(second);
        for (draw, left, until) in std::mem::take(&mut open) {
            let used: u32 = if random.bool() { left } else { random.u32(0..=left) };
            begun.extend((0..used).map(|_| second));
            if second >= until {
                store.give_back("shop", &draw, left - used).await.unwrap();
                // What it says once is all that counts.
                store.give_back("shop", &draw, draw.calls).await.unwrap();
            } else {
                open.push((draw, left - used, until));
            }
        }
        let node = nodes[random.usize(0..nodes.len())];
        let draw = store.draw(node, "shop", random.u32(1..9), rate()).await.unwrap();
        assert_eq!((draw.calls == 0), !draw.wait.is_zero(), "{draw:?}");
        waits += u32::from(draw.calls == 0);
        if draw.calls > 0 {
            let left = draw.calls;
            open.push((draw, left, second + i64::try_from(draw.lasts.as_secs()).unwrap()));
        }
    }
    assert!(begun.len() > 250 && waits > 100, "{} calls, {waits} waits", begun.len());
    for first in &begun {
        let within = begun.iter().filter(|at| (*first..first + 60).contains(*at)).count();
        assert!(within <= 20, "{within} calls in the minute from {first}");
    }
    let other = store.draw(nodes[0], "crm", 30, rate()).await.unwrap();
    assert_eq!(other.calls, 20, "another account's is its own");
}

pub(super) async fn a_pause_holds_for_every_node(place: Place) {
    let store = place.open().await;
    let (one, other) = two(&store).await;
    store.pause("shop", Duration::from_secs(20)).await.unwrap();
    store.pause("shop", Duration::from_secs(10)).await.unwrap();
    place.clock.set(5);
    let draw = store.draw(other, "shop", 1, rate()).await.unwrap();
    assert_eq!((draw.calls, draw.wait), (0, Duration::from_secs(15)));
    place.clock.set(20);
    assert_eq!(store.draw(one, "shop", 1, rate()).await.unwrap().calls, 1);
}
