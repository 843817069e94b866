//! A wrong link that a person takes back: the right one takes its place, what follows is decided afresh, and nothing is
//! made twice.

use serde_json::{Value as Json, json};

use crate::gone::{crossed, destination, license_of, order, state};
use crate::support::{Process, Trade, at_rest, get, says, until};

const BUYER: i64 = 90_001;

/// Where an order of the buyer goes to, once it has crossed.
fn goes_to(trade: &Trade, service: &Process) -> String {
    let number = order(trade, BUYER);
    until("the order crossed", || crossed(trade, &number).is_some() && at_rest(&service.url));
    crossed(trade, &number).unwrap()["destination"]["id"].as_str().unwrap().to_owned()
}

fn count(trade: &Trade) -> usize {
    state(&trade.flourish, "destinations").len()
}

#[test]
fn the_right_counterpart_takes_the_place_of_a_wrong_one_and_nothing_is_made_twice() {
    let trade = Trade::start();
    let service = trade.run("200ms");
    let wrong = goes_to(&trade, &service);
    let license = license_of(&trade, &wrong);
    let right = destination(&trade, "The right door", "RIGHT-1");
    let before = count(&trade);
    let target = format!("flourish.destination/{right}");
    // By the license that a person holds, which both records of the wrong pair bear.
    let relink = ["inbox", "relink", &license, &target, "--by", "Robin", "--because", "they moved"];
    let said = says(&trade, &relink, 0);
    assert!(said.contains("linked ") && said.contains(&right), "{said}");
    // Now the two that bear it are no pair any more, and each is named.
    assert!(says(&trade, &relink, 3).contains("2 records are called"));
    let customer = format!("leaflink.customer/{BUYER}");
    says(&trade, &["inbox", "relink", &customer, &right], 0);
    assert_eq!(goes_to(&trade, &service), right, "what comes next goes to the right one");
    assert_eq!(count(&trade), before);
    let story = says(&trade, &["explain", &customer], 0);
    assert!(story.contains("by Robin, because they moved, in the place of"), "{story}");

    // Taken back, the rules say again who its counterpart is.
    let said = says(&trade, &["inbox", "unlink", &customer], 0);
    assert!(said.contains("no longer linked"), "{said}");
    assert_eq!(goes_to(&trade, &service), wrong);
    assert_eq!(count(&trade), before);
    // What the rules themselves match they would link again.
    let said = says(&trade, &["inbox", "unlink", &customer], 3);
    assert!(said.contains("would be linked again") && said.contains("customers.yaml:"), "{said}");
}

#[test]
fn where_nobody_serves_a_link_is_mended_in_the_store() {
    let trade = Trade::start();
    let service = trade.run("200ms");
    let wrong = goes_to(&trade, &service);
    let right = destination(&trade, "The right door", "RIGHT-1");
    let before = count(&trade);
    drop(service);
    let (customer, target) = (format!("leaflink.customer/{BUYER}"), format!("flourish.destination/{right}"));
    says(&trade, &["inbox", "relink", &customer, &target], 0);
    let service = trade.run("200ms");
    assert_eq!(goes_to(&trade, &service), right);
    drop(service);
    says(&trade, &["inbox", "unlink", &customer, &right], 0);
    let service = trade.run("200ms");
    assert_eq!(goes_to(&trade, &service), wrong);
    assert_eq!(count(&trade), before);
}

#[test]
fn what_does_not_go_together_is_not_linked() {
    let trade = Trade::start();
    let service = trade.run("200ms");
    let numbers = [order(&trade, BUYER), order(&trade, BUYER)];
    until("both crossed", || numbers.iter().all(|number| crossed(&trade, number).is_some()) && at_rest(&service.url));
    let [first, second] = numbers;
    let theirs = crossed(&trade, &second).unwrap()["id"].as_str().unwrap().to_owned();
    let (own, other) = (format!("leaflink.order/{first}"), format!("flourish.outbound_order/{theirs}"));
    let none = format!("flourish.outbound_order/f{}", &theirs[1..]);
    for (arguments, words) in [
        (
            &["inbox", "relink", &own, &other][..],
            format!("is linked with leaflink.order/{second}; take that back first"),
        ),
        // The number of the other order stands for the record of it that could be the counterpart.
        (&["inbox", "relink", &own, &second], format!("is linked with leaflink.order/{second}; take that back first")),
        (&["inbox", "relink", &own, &none], "flourish has no outbound_order f".to_owned()),
        (&["inbox", "relink", &own, "leaflink.customer/90001"], "can be the counterpart of".to_owned()),
        (&["inbox", "unlink", "leaflink.order/none"], "is linked with nothing".to_owned()),
        (&["inbox", "unlink", &own, &other], format!("{own} is not linked with {other}")),
        (&["inbox", "match", &own, &other], "is parked".to_owned()),
    ] {
        let said = says(&trade, arguments, 3);
        assert!(said.contains(&words), "{arguments:?}: {said}");
    }
    let links = get(&format!("{}/api/v1/records/leaflink.order/{first}", service.url))["links"].clone();
    let linked = crossed(&trade, &first).unwrap()["id"].clone();
    let ends: Vec<&Json> = links.as_array().unwrap().iter().map(|link| &link["right"]["id"]).collect();
    assert_eq!(json!(ends), json!([linked]));
}

#[test]
fn what_may_be_meant_differs_in_letters_and_never_in_a_number() {
    for (asked, known) in [
        ("AUTUMN-10", "AUTUMN-1O"),
        ("AUTUMN-O", "AUTUMN-0"),
        ("C11-0000123-LIC", "C11-000123-LIC"),
        ("Green Door 2", "Green Dor 2"),
        ("bud-1", "BUD 1"),
    ] {
        assert!(petiole::engine::may_be_meant(asked, known), "{asked} {known}");
    }
    for (asked, known) in [("1062", "1042"), ("tee-5", "tee-1"), ("BD-35-JAR-001", "BD-35-JAR-011"), ("7", "7-1")] {
        assert!(!petiole::engine::may_be_meant(asked, known), "{asked} {known}");
    }
}
