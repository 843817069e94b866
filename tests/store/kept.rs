//! What is kept of decisions, histories, rules and answers.

use std::collections::{BTreeMap, BTreeSet};

use petiole::engine::{Decision, Effect, Found, Made, Makeable, Situation, Stop, Want};
use petiole::language::plan::{RuleLine, Side};
use petiole::store::{BaseValues, DecisionEntry, HintSource, RuleText, SeenField, Settlement, ToldBy};
use petiole::value::{Record, Value};

use super::sample::{Place, at, every_kind, order, story};

pub(super) async fn history_gives_the_newest_lines_oldest_first(place: Place) {
    let store = place.open().await;
    let history = ["a", "b", "c"].into_iter().zip(0..).map(|(what, second)| story(what, second)).collect();
    store.settle(Settlement { history, ..Settlement::default() }).await.unwrap();
    let read = store.history(&order("1"), 2).await.unwrap();
    assert_eq!(format!("{read:?}"), format!("{:?}", [story("b", 1), story("c", 2)]));
    assert!(store.history(&order("2"), 2).await.unwrap().is_empty());
}

/// A decision on a record, made of every kind of value.
pub(super) fn decision(id: &str, second: i64) -> DecisionEntry {
    let situation = Situation {
        changed: Side::Left,
        left_account: "shop".to_owned(),
        right_account: "depot".to_owned(),
        left: Some(every_kind()),
        right: None,
        base: Some(BTreeMap::from([("-> a".to_owned(), BaseValues::new(every_kind(), Value::Null))])),
        gone: Some("7".to_owned()),
        settings: Value::Record(Record::from([("mode", Value::from("live"))])),
        demanded: true,
        sweep: false,
        asked: true,
        held: BTreeSet::from(["money".to_owned()]),
        apart: true,
        reads: BTreeMap::from([(
            Want::List { account: "shop".to_owned(), record: "order".to_owned(), newest: true },
            Found::Fitted(vec![every_kind()]),
        )]),
        made: BTreeMap::from([(
            Makeable { account: "depot".to_owned(), record: "label".to_owned(), id: "red".to_owned() },
            Made::Refused,
        )]),
    };
    let stop = Stop::new("several-match", "a reason", "a message", &RuleLine { file: "a.yaml".into(), line: 3 });
    let fields = Record::from([("total", every_kind())]);
    let effect = Some(Effect::Create { side: Side::Right, fields, lines: vec![stop.line.clone()] });
    let outcome = Decision { effect, stops: vec![stop], ..Decision::default() };
    DecisionEntry {
        at: at(second),
        pipeline: "orders".to_owned(),
        target: order(id),
        generation: 1,
        told: Some(ToldBy { source: HintSource::Webhook, at: at(second - 1) }),
        situation,
        outcome,
    }
}

pub(super) async fn decisions_come_back_as_they_were_by_record_and_since_an_instant(place: Place) {
    let store = place.open().await;
    let entries = [decision("1", 0), decision("2", 1), decision("1", 2), decision("1", 3)];
    for entry in &entries {
        store.record_decision(entry.clone()).await.unwrap();
    }
    let bytes = |entries: &[DecisionEntry]| format!("{entries:?}");
    let asked = async |id: Option<&str>, since: Option<i64>, limit: usize| {
        let target = id.map(order);
        bytes(&store.decisions(target.as_ref(), since.map(at), limit).await.unwrap())
    };
    assert_eq!(asked(None, None, 9).await, bytes(&entries));
    assert_eq!(asked(None, Some(1), 2).await, bytes(&entries[2..]), "the newest, oldest first");
    assert_eq!(asked(Some("1"), None, 9).await, bytes(&[decision("1", 0), decision("1", 2), decision("1", 3)]));
    assert_eq!(asked(Some("2"), Some(2), 9).await, bytes(&[]));
}

pub(super) async fn generations_and_the_last_good_rules_survive(place: Place) {
    let store = place.open().await;
    let text = |text: &str| [RuleText { name: "rules/orders.yaml".to_owned(), text: text.to_owned() }];
    assert_eq!(store.last_good().await.unwrap(), None);
    let first = place.serve(&store, "aa", &text("one"), 0).await.unwrap();
    assert_eq!((first.number, first.since), (1, at(0)));
    let second = place.serve(&store, "bb", &text("two"), 1).await.unwrap();
    assert_eq!(second.number, 2);
    drop(store);
    let store = place.open().await;
    assert_eq!(store.last_good().await.unwrap(), Some((second.clone(), text("two").to_vec())));
    assert_eq!(place.serve(&store, "bb", &text("two"), 9).await.unwrap(), second);
    let back = place.serve(&store, "aa", &text("one"), 10).await.unwrap();
    assert_eq!((back.number, back.since), (3, at(10)), "numbers only grow");
    assert_eq!(store.last_good().await.unwrap(), Some((back, text("one").to_vec())));
}

pub(super) async fn earlier_rules_can_be_told_as_they_were_and_a_hundred_generations_are_kept(place: Place) {
    let store = place.open().await;
    let rules = |files: &[(&str, &str)]| -> Vec<RuleText> {
        files.iter().map(|(name, text)| RuleText { name: (*name).to_owned(), text: (*text).to_owned() }).collect()
    };
    assert_eq!(store.served(1).await.unwrap(), None);
    // A file changes, one goes, one comes, and the folder is another.
    let said = [
        rules(&[("rules/a.yaml", "one"), ("rules/b/c.yaml", "same"), ("rules/b.yaml", "goes")]),
        rules(&[("rules/a.yaml", "two"), ("rules/b/c.yaml", "same")]),
        rules(&[("rules/a.yaml", "two"), ("rules/b/c.yaml", "same"), ("rules/d.yaml", "comes")]),
        rules(&[("other/a.yaml", "two")]),
    ];
    for (second, texts) in (0..).zip(&said) {
        place.serve(&store, &format!("hash-{second}"), texts, second).await.unwrap();
    }
    drop(store);
    let store = place.open().await;
    for (number, texts) in (1..).zip(&said) {
        assert_eq!(store.served(number).await.unwrap().as_ref(), Some(texts), "{number}");
    }
    assert_eq!([store.served(0).await.unwrap(), store.served(5).await.unwrap()], [None, None]);
    for second in 4..110 {
        let texts = rules(&[("other/a.yaml", &second.to_string())]);
        place.serve(&store, &format!("hash-{second}"), &texts, second).await.unwrap();
    }
    assert_eq!(store.served(9).await.unwrap(), None);
    assert_eq!(store.served(10).await.unwrap(), Some(rules(&[("other/a.yaml", "9")])));
    assert_eq!(store.served(110).await.unwrap(), Some(rules(&[("other/a.yaml", "109")])));
}

pub(super) async fn what_answers_showed_is_kept_in_the_place_of_what_was_known_before(place: Place) {
    let store = place.open().await;
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    store.set_unlisted("shop", "order", ids(&["1", "2"])).await.unwrap();
    store.set_unlisted("depot", "order", ids(&["9"])).await.unwrap();
    store.set_unlisted("shop", "order", ids(&["2", "3"])).await.unwrap();
    let seen = |field: &str, sparse| SeenField {
        account: "shop".to_owned(),
        record: "order".to_owned(),
        field: field.to_owned(),
        listed: true,
        sparse,
        witnesses: vec!["1".to_owned(), "2".to_owned()],
        ..SeenField::default()
    };
    store.note_fields(vec![seen("note", false), seen("day", false)]).await.unwrap();
    store.note_fields(vec![seen("note", true)]).await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.unlisted("shop", "order").await.unwrap(), ids(&["2", "3"]));
    assert_eq!(store.unlisted("shop", "product").await.unwrap(), ids(&[]));
    assert_eq!(store.seen_fields().await.unwrap(), [seen("day", false), seen("note", true)]);
}
