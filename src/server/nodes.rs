//! The nodes that share a store and what is drawn of budgets, as JSON for people.

use serde_json::{Value as Json, json};

use crate::store::{Drawn, Living, Node};

/// The nodes; `here` is the one that answers.
pub fn nodes(living: &[Living], here: Option<Node>) -> Json {
    let told = |one: &Living| {
        let about: Json = serde_json::from_str(&one.about).unwrap_or_default();
        json!({
            "node": one.node.0,
            "here": here == Some(one.node),
            "url": about.get("url"),
            "host": about.get("host"),
            "version": about.get("version"),
            "generation": about.get("generation"),
            "silent": one.lives_for.is_zero(),
            "lives_for_seconds": one.lives_for.as_secs(),
            "roles": one.roles,
            "pairs": one.holds,
        })
    };
    living.iter().map(told).collect()
}

/// What all nodes together drew of an account's budget; null where nobody shares it.
pub fn budget(drawn: &[Drawn], account: &str, per_minute: u32) -> Json {
    let found = drawn.iter().find(|one| one.account == account);
    found.map_or(Json::Null, |one| {
        json!({
            "per_minute": per_minute,
            "drawn": one.calls,
            "paused_for_seconds": one.paused_for.as_secs(),
        })
    })
}
