//! The real binary under load, killed again and again at no moment in particular: nothing that was acknowledged is
//! lost, and nothing is there twice.
//!
//! Both simulators are the judges. `PETIOLE_KILLS=300` asks for more kills than the few of every run, and
//! `PETIOLE_KILLS_SEED` for another row of chances, which is told where it fails.

use std::collections::BTreeMap;

use petiole::simulator::Held;
use petiole::simulator::agreement::{doubled, gaps};
use petiole::world::{Method, Random as _, SeededRandom};
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, http, until};

const KILLS: u64 = 5;

/// Calls that a life lives to see at most.
const CALLS: u64 = 60;

pub(crate) fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

pub(crate) fn state(side: &Process) -> Json {
    get(&format!("{}/_control/state", side.url))
}

pub(crate) fn calls(trade: &Trade) -> u64 {
    let of = |side: &Process| {
        let counts = get(&format!("{}/_control/requests", side.url))["counts"].clone();
        counts.as_object().unwrap().values().filter_map(Json::as_u64).sum::<u64>()
    };
    of(&trade.flourish) + of(&trade.leaflink)
}

/// Somebody does something, or finds that it cannot be done.
pub(crate) fn act(trade: &Trade, chance: &SeededRandom) {
    let one_of = |side: &Process, name: &str| {
        let orders = state(side)["orders"].as_array().unwrap().clone();
        let at = chance.below(u64::try_from(orders.len()).unwrap().max(1));
        orders.get(usize::try_from(at).unwrap()).map(|order| order[name].clone()).unwrap_or_default()
    };
    let (side, act, body) = match chance.below(8) {
        0..4 => (&trade.leaflink, "submit", json!({ "count": 1 + chance.below(2) })),
        4 => (&trade.leaflink, "cancel", json!({ "order": one_of(&trade.leaflink, "number") })),
        5 => (&trade.flourish, "cancel", json!({ "order": one_of(&trade.flourish, "id") })),
        6 => (&trade.flourish, "ship", json!({ "order": one_of(&trade.flourish, "id") })),
        _ => (&trade.flourish, "allocate", json!({ "order": one_of(&trade.flourish, "id") })),
    };
    let url = format!("{}/_control/{act}", side.url);
    let _ = http(Method::Post, &url, &[("Content-Type", "application/json")], body.to_string().as_bytes());
}

#[test]
fn killed_under_load_again_and_again_both_sides_agree() {
    let (kills, seed) = (asked("PETIOLE_KILLS").unwrap_or(KILLS), asked("PETIOLE_KILLS_SEED").unwrap_or(1));
    println!("again: PETIOLE_KILLS={kills} PETIOLE_KILLS_SEED={seed} cargo test killed_under_load");
    let (chance, trade) = (SeededRandom::new(seed), Trade::start());
    for _ in 0..kills {
        let service = trade.run("300ms");
        trade.subscribe(&service);
        (0..3).for_each(|_| act(&trade, &chance));
        let last = calls(&trade) + chance.below(CALLS);
        until("it came so far", || calls(&trade) >= last);
        // Dropping a process kills it by SIGKILL and waits for its end.
        drop(service);
        let twice = [("flourish", &trade.flourish), ("leaflink", &trade.leaflink)]
            .map(|(name, side)| doubled(name, &state(side)))
            .concat();
        assert!(twice.is_empty(), "{twice:?}");
    }
    let service = trade.run("300ms");
    until("it comes to rest", || at_rest(&service.url));
    let sweep = || {
        let url = format!("{}/api/v1/sweep", service.url);
        let answer = http(Method::Post, &url, &[("Content-Type", "application/json")], b"{\"confirm\":true}");
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        String::from_utf8(answer.body.clone()).unwrap()
    };
    sweep();
    let named = format!("{} {}", sweep(), get(&format!("{}/api/v1/inbox", service.url)));
    let turned = BTreeMap::from([("source_of_truth.inventory".to_owned(), "leaflink".to_owned())]);
    let found = gaps(&Held::of_two(state(&trade.flourish), state(&trade.leaflink)), &turned);
    let left: Vec<_> = found.iter().filter(|gap| !gap.names.iter().any(|name| named.contains(name.as_str()))).collect();
    assert!(left.is_empty(), "{left:#?}");
    let crossed = trade.orders().len();
    assert!(crossed > 0, "something crossed");
}
