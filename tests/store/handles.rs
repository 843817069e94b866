//! What people call records: found however it is spelt, replaced by what is newer, gone with its link and its age.

use std::sync::Arc;

use petiole::store::handles::folded;
use petiole::store::{Called, HintSource, Parking, RecordRef, Settlement, Store};

use super::sample::{Place, at, hint, ids, link, order};

/// Ends a look at a record that showed what some records are called.
async fn saw((place, store): (&Place, &Arc<dyn Store>), second: i64, called: Vec<Called>) {
    place.clock.set(second);
    store.accept(vec![hint("looked-at", HintSource::Webhook, second)], None).await.unwrap();
    let work = place.claim(store, second, 10).await.unwrap();
    assert_eq!(ids(&work), ["looked-at"]);
    place.finish(store, second, &work[0], Parking { called, ..Parking::default() }).await.unwrap();
}

fn called(target: RecordRef, linked: bool, texts: &[(&str, &str)]) -> Called {
    Called::new(target, linked, texts.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())))
}

/// Ids and fields that a text leads to.
async fn found(store: &Arc<dyn Store>, text: &str, begins: bool) -> Vec<(String, String)> {
    let found = store.called(&folded(text), begins, 9).await.unwrap();
    found.into_iter().map(|handle| (handle.target.id, handle.field)).collect()
}

fn pair(id: &str, field: &str) -> (String, String) {
    (id.to_owned(), field.to_owned())
}

pub(super) async fn a_record_is_found_by_what_it_is_called_however_it_is_spelt(place: Place) {
    let store = place.open().await;
    let door = [("name", "Grüne  Door\u{a0}100%_"), ("license", " C11-0000123-LIC  Retailer"), ("name", "")];
    let names = vec![called(order("7"), false, &door), called(order("8"), false, &[("name", "grüner Garten")])];
    saw((&place, &store), 1, names).await;
    drop(store);
    let store = place.open().await;
    for text in ["grüne door 100%_", "GRÜNE Door  100%_", "Door", "100%_"] {
        assert_eq!(found(&store, text, false).await, [pair("7", "name")], "{text}");
    }
    assert_eq!(found(&store, "c11-0000123-lic", false).await, [pair("7", "license")]);
    assert_eq!(found(&store, "grün", false).await, []);
    let begun: Vec<String> = found(&store, "grün", true).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(begun, ["7", "7", "8", "8"], "the name and a word of each");
    // What a pattern would take for any letter is a letter.
    assert_eq!(found(&store, "100_", true).await, []);
    assert_eq!(found(&store, "%", true).await, []);
    let of: Vec<String> = store.handles_of(&order("8")).await.unwrap().into_iter().map(|handle| handle.text).collect();
    assert_eq!(of, ["garten", "grüner", "grüner garten"]);
    assert_eq!(store.called(&folded("grün"), true, 1).await.unwrap().len(), 1);
}

pub(super) async fn what_a_record_is_called_goes_with_its_link_and_its_age(place: Place) {
    let store = place.open().await;
    let shop =
        |id: &str| RecordRef { account: link("l", "r").left.account, record: "order".to_owned(), id: id.to_owned() };
    let names = |id: &str, name: &str, linked| called(shop(id), linked, &[("name", name)]);
    saw((&place, &store), 1, vec![names("l", "paired", true), names("x", "alone", false)]).await;
    // Whoever looks at it without its pair takes nothing away, and another name takes the place of the first.
    saw((&place, &store), 2, vec![names("l", "renamed", false), names("y", "young", false)]).await;
    assert_eq!(found(&store, "paired", false).await, []);
    store.settle(Settlement { link: Some(link("l", "r")), ..Settlement::default() }).await.unwrap();
    store.prune(at(2), None).await.unwrap();
    let left = async |text: &'static str| found(&store, text, false).await.len();
    assert_eq!([left("renamed").await, left("alone").await, left("young").await], [1, 0, 1]);
    store.prune(at(100), None).await.unwrap();
    assert_eq!([left("renamed").await, left("young").await], [1, 0]);
    // Its link gives way to another one of its own, then to one of others.
    let given = |gives_way, link| Settlement { gives_way: vec![gives_way], link: Some(link), ..Settlement::default() };
    store.settle(given(link("l", "r"), link("l", "other"))).await.unwrap();
    store.prune(at(100), None).await.unwrap();
    assert_eq!(left("renamed").await, 1);
    store.settle(given(link("l", "other"), link("m", "other"))).await.unwrap();
    store.prune(at(100), None).await.unwrap();
    assert_eq!(left("renamed").await, 0);
}
