//! User and password, and a key in every address: they open, and nobody is shown them.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use super::stage::Stage;
use crate::support::{http, send};

const BOTH: &str = "  auth:\n    - basic {secrets.user} {secrets.word}\n    - query shop_key = {secrets.key}\n";

/// With what needs escapes in addresses, in shells and in texts.
const SECRETS: [(&str, &str); 3] = [("user", "ada@yard"), ("word", "pass/w:o+rd=%41"), ("key", "k&y?of=the/yard'+\"")];

/// The secrets as they may be spelt, whole or in part.
const SPELT: [&str; 10] = [
    "ada@yard",
    "ada%40yard",
    "pass/w:o+rd=%41",
    "pass%2Fw%3Ao%2Brd%3D%2541",
    "YWRhQHlhcmQ6cGFzcy93Om8rcmQ9JTQx",
    "k&y?of=the/yard",
    "k%26y%3Fof%3Dthe%2Fyard",
    "k\\u0026y",
    "cGFzcy93Om8rcmQ9",
    "ayZ5P29mPXRoZS95YXJk",
];

#[test]
fn user_and_password_and_a_key_in_every_address_open_an_account() {
    let stage = Stage::new(BOTH, &SECRETS);
    for number in 1..=3 {
        stage.pays(number);
    }
    let told = stage.syncs();
    assert_eq!(stage.parcels().len(), 3, "{told}");
    let (code, explained) = stage.says(&["explain", "shop.order/1", "--format", "json"]);
    assert_eq!(code, 0, "{explained}");
    let explained_json: Json = serde_json::from_str(&explained).unwrap();
    let calls = explained_json["calls"].as_array().unwrap();
    let create = calls.iter().find(|call| call["method"] == "POST").unwrap();
    assert!(create["url"].as_str().unwrap().ends_with("/parcels?shop_key=${DEPOT_KEY}"), "{create}");
    let line = create["curl"].as_str().unwrap();
    assert!(line.contains("-u ''\"${DEPOT_USER}\"':'\"${DEPOT_WORD}\"''"), "{line}");
    assert!(!line.contains("Authorization"), "{line}");
    let (_, text) = stage.says(&["explain", "shop.order/1", "--calls"]);
    stage.keeps_quiet(&SPELT, &[&told, &explained, &text]);
}

#[test]
fn what_goes_wrong_shows_no_key_either() {
    let mut stage = Stage::new(BOTH, &SECRETS);
    stage.pays(1);
    stage.syncs();
    // A peer that repeats what it was sent, then one that is not there.
    let said = json!(SECRETS.map(|(_, secret)| secret)).to_string();
    let rewrite = json!([{ "url": "/parcels", "writes": true, "find": "\"order_ref\":",
        "with": format!("\"said\":{said},\"order_ref\":") }]);
    send(Method::Put, &format!("{}/_control/faults", stage.depot.url), &json!({ "rewrite": rewrite }));
    stage.pays(2);
    let (_, first) = stage.says(&["sync", "--full", "--yes"]);
    let (_, plan) = stage.says(&["plan"]);
    stage.depot.kill();
    let (_, doctor) = stage.says(&["doctor"]);
    let (_, explained) = stage.says(&["explain", "shop.order/2", "--format", "json"]);
    assert!(explained.contains("***"), "the peer said them: {explained}");
    let (_, linted) = stage.says(&["lint"]);
    stage.keeps_quiet(&SPELT, &[&first, &doctor, &explained, &plan, &linted]);
}

#[test]
fn who_shows_nothing_or_something_else_is_not_let_in() {
    let stage = Stage::new(BOTH, &SECRETS);
    let basic = ("Authorization", "Basic YTpi");
    let asked = |url: &str, headers: &[(&str, &str)]| {
        http(Method::Get, &format!("{}/parcels{url}", stage.depot.url), headers, b"").status
    };
    assert_eq!(asked("?shop_key=x", &[basic]), 200);
    for (url, headers) in [
        ("", vec![basic]),
        ("?shop_key=", vec![basic]),
        ("?shop_key=x&shop_key=y", vec![basic]),
        ("?other=x", vec![basic]),
        ("?shop_key=x", vec![]),
        ("?shop_key=x", vec![("Authorization", "Basic YTo=")]),
        ("?shop_key=x", vec![("Authorization", "Basic YQ==")]),
        ("?shop_key=x", vec![("Authorization", "Basic !")]),
        ("?shop_key=x", vec![("Authorization", "Bearer YTpi")]),
    ] {
        assert_eq!(asked(url, &headers), 401, "{url} {headers:?}");
    }
}

#[test]
fn a_user_without_a_password_has_an_empty_one() {
    let stage = Stage::new("  auth: basic {secrets.key}\n", &[("key", "sk_live_only")]);
    stage.pays(1);
    let told = stage.syncs();
    assert_eq!(stage.parcels().len(), 1, "{told}");
    stage.keeps_quiet(&["sk_live_only", "c2tfbGl2ZV9vbmx5"], &[&told]);
}

#[test]
fn a_user_with_a_colon_is_told_and_never_sent() {
    let stage = Stage::new("  auth: basic {secrets.user} {secrets.word}\n", &[("user", "a:dazzle"), ("word", "b")]);
    stage.pays(1);
    let (code, told) = stage.says(&["sync", "--full", "--yes"]);
    assert_eq!(code, 3, "{told}");
    let all = format!("{told}{}", stage.logged());
    assert!(all.contains("the user has a colon"), "{all}");
    stage.keeps_quiet(&["a:dazzle"], &[&told]);
}
