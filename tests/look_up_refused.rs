//! A look-up that its peer will not hear of: what asks for it is parked with the peer's words, and nothing else waits.

use std::sync::Arc;

use petiole::world::{Request, Response};
use serde_json::json;

use crate::support::{Change, GoBetween, Look, Trade};

#[test]
fn a_look_up_that_is_refused_for_good_parks_what_asks_for_it_and_nothing_else() {
    let trade = Trade::start();
    for license in ["C10-0000001-LIC", "C10-0000002-LIC"] {
        let customer = json!({ "license_number": license, "name": format!("Shop {license}") });
        let made = trade.people(&trade.leaflink, "customer", &customer);
        let id = made["customer"]["id"].as_i64().or_else(|| made["id"].as_i64());
        trade.people(&trade.leaflink, "submit", &json!({ "count": 1, "customer": id.unwrap() }));
    }
    let look: Arc<Look> = Arc::new(|_, _| true);
    let change: Arc<Change> = Arc::new(|request: &Request, answer| {
        let is_sought = request.url.contains("/destinations?") && request.url.contains("0000001");
        let body = br#"{"message":"that is no license"}"#.to_vec();
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if is_sought { Response { status: 400, headers, body } } else { answer }
    });
    let between = GoBetween::changing(&trade, &look, &change);
    let command = |arguments: &[&str]| {
        let done = trade.command(arguments).envs(between.environment.clone()).output().unwrap();
        [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
    };
    let told = command(&["sync", "--full"]);
    assert_eq!(trade.orders().len(), 1, "the other one crosses: {told}");
    let parked = command(&["inbox", "list"]);
    for word in ["that is no license", "does not look for the destination whose license_number is"] {
        assert!(parked.contains(word), "{word}: {parked}");
    }
}
