//! What every store must do, shown through the trait alone, so that another engine can run it too.

mod inbox;
mod link_waits;
mod sample;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use jiff::SignedDuration;
use petiole::engine::{Decision, Effect, Found, Made, Makeable, Situation, Stop, Want};
use petiole::language::plan::{RuleLine, Side};
use petiole::store::open::{open, open_reader};
use petiole::store::{
    BaseValues, Counts, Cursor, DecisionEntry, Hint, HintSource, IntentDraft, IntentState, Link, RuleText, SeenField,
    Settlement, StoreError,
};
use petiole::value::{Record, Value};

use sample::{Place, again, at, end, every_kind, hint, ids, intent, link, order, park, story, version, walk};

#[tokio::test]
async fn many_hints_for_one_record_are_one_piece_of_work() {
    let place = Place::new();
    let store = place.open().await;
    let hints =
        vec![hint("1", HintSource::Sweep, 5), hint("2", HintSource::Webhook, 6), hint("1", HintSource::Poll, 7)];
    assert_eq!(store.accept(hints, None).await.unwrap(), 3);
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.pending, counts.in_flight), (2, 0));
    let work = store.claim(at(10), 10).await.unwrap();
    assert_eq!(ids(&work), ["1", "2"]);
    assert_eq!((work[0].source, work[0].since, work[0].attempts), (HintSource::Poll, at(5), 0));
    assert!(store.claim(at(10), 10).await.unwrap().is_empty(), "work in flight is not claimed again");
    assert_eq!(store.next_due(true).await.unwrap(), None);
    for one in &work {
        store.finish(one, at(11), Vec::new().into()).await.unwrap();
    }
    assert_eq!(store.counts().await.unwrap(), Counts::default());
}

/// A power cut takes what was not flushed, from the end backwards: whatever it leaves is how things stood once, what was
/// promised is there, and an act that may have been made outside is known.
#[tokio::test]
async fn what_a_power_cut_takes_is_found_or_done_again() {
    let place = Place::new();
    let log = place.folder.join("petiole.db-wal");
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 5)], None).await.unwrap();
    let promised = fs::metadata(&log).unwrap().len();
    let work = store.claim(at(6), 10).await.unwrap();
    let opened = store.open_intent(intent("make", 6)).await.unwrap();
    let flushed = fs::metadata(&log).unwrap().len();
    let intent = Some((opened.number, IntentState::Done));
    store.settle(Settlement { intent, link: Some(link("1", "9")), ..Settlement::default() }).await.unwrap();
    store.finish(&work[0], at(7), Vec::new().into()).await.unwrap();
    let (file, log) = (fs::read(place.folder.join("petiole.db")).unwrap(), fs::read(&log).unwrap());
    let mut seen = BTreeSet::new();
    for kept in usize::try_from(promised).unwrap()..=log.len() {
        // A log is taken page by page; in between is as good as before.
        if !(log.len() - kept).is_multiple_of(2_060) {
            continue;
        }
        let after = Place::new();
        fs::write(after.folder.join("petiole.db"), &file).unwrap();
        fs::write(after.folder.join("petiole.db-wal"), &log[..kept]).unwrap();
        let store = after.open().await;
        let open = store.open_intents(None).await.unwrap().len();
        let links = store.links_of("orders").await.unwrap().len();
        let pending = store.counts().await.unwrap().pending;
        assert!(kept < usize::try_from(flushed).unwrap() || open + links == 1, "{open} {links}");
        assert!(pending == 1 || open == 0 && links == 1, "{pending} {open} {links}");
        seen.insert((pending, open, links));
    }
    assert_eq!(seen, BTreeSet::from([(1, 0, 0), (1, 1, 0), (1, 0, 1), (0, 0, 1)]));
}

#[tokio::test]
async fn what_a_system_told_is_looked_at_before_the_look_of_a_sweep_that_lists_it_too() {
    let place = Place::new();
    for (told, in_flight) in [(HintSource::Webhook, false), (HintSource::Poll, true)] {
        let store = place.open().await;
        store.accept(vec![hint("1", told, 5)], None).await.unwrap();
        let before = if in_flight { store.claim(at(6), 10).await.unwrap() } else { Vec::new() };
        store.accept(vec![hint("1", HintSource::Sweep, 7)], None).await.unwrap();
        let work = if in_flight { before } else { store.claim(at(10), 10).await.unwrap() };
        assert_eq!((work[0].source, work.len()), (told, 1));
        store.finish(&work[0], at(11), Vec::new().into()).await.unwrap();
        let work = store.claim(at(12), 10).await.unwrap();
        assert_eq!((work[0].source, work[0].since, work.len()), (HintSource::Sweep, at(7), 1));
        store.finish(&work[0], at(13), Vec::new().into()).await.unwrap();
        assert_eq!(store.counts().await.unwrap(), Counts::default());
    }
}

#[tokio::test]
async fn first_and_older_work_is_claimed_before_other_work_and_only_when_due() {
    let place = Place::new();
    let store = place.open().await;
    let urgent = Hint { first: true, ..hint("urgent", HintSource::Webhook, 9) };
    let hints = vec![hint("young", HintSource::Poll, 8), hint("old", HintSource::Poll, 3), urgent];
    store.accept(hints, None).await.unwrap();
    assert_eq!(store.next_due(true).await.unwrap(), Some(at(3)));
    assert_eq!(ids(&store.claim(at(9), 2).await.unwrap()), ["urgent", "old"]);
    assert_eq!(ids(&store.claim(at(7), 2).await.unwrap()), Vec::<&str>::new());
    assert_eq!(ids(&store.claim(at(8), 2).await.unwrap()), ["young"]);
}

#[tokio::test]
async fn a_newer_hint_than_the_finished_one_leaves_the_record_pending() {
    let place = Place::new();
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    let work = store.claim(at(1), 10).await.unwrap();
    store.accept(vec![hint("1", HintSource::Webhook, 2), hint("1", HintSource::Webhook, 3)], None).await.unwrap();
    assert!(store.claim(at(4), 10).await.unwrap().is_empty());
    store.finish(&work[0], at(4), vec![park("1", None)].into()).await.unwrap();
    let next = store.claim(at(4), 10).await.unwrap();
    assert_eq!(ids(&next), ["1"]);
    assert_eq!(next[0].since, at(2));
    assert!(next[0].hint > work[0].hint);
    store.finish(&next[0], at(5), Vec::new().into()).await.unwrap();
    assert!(store.parks().await.unwrap().is_empty());
    assert_eq!(store.next_due(true).await.unwrap(), None);
}

#[tokio::test]
async fn work_put_off_waits_keeps_its_age_and_says_why() {
    let place = Place::new();
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 0), hint("2", HintSource::Webhook, 0)], None).await.unwrap();
    for one in store.claim(at(1), 10).await.unwrap() {
        store.defer(&one, at(60), "shop answers 503").await.unwrap();
    }
    assert_eq!(store.deferred().await.unwrap(), [("shop answers 503".to_owned(), 2)]);
    store.accept(vec![hint("1", HintSource::Webhook, 5)], None).await.unwrap();
    assert!(store.claim(at(59), 10).await.unwrap().is_empty());
    assert_eq!(store.next_due(true).await.unwrap(), Some(at(60)));
    let work = store.claim(at(60), 1).await.unwrap();
    assert_eq!((work[0].attempts, work[0].since), (1, at(0)));
    store.finish(&work[0], at(61), Vec::new().into()).await.unwrap();
    assert_eq!(store.deferred().await.unwrap(), [("shop answers 503".to_owned(), 1)]);
}

#[tokio::test]
async fn a_version_accepted_last_is_passed_over() {
    let place = Place::new();
    let store = place.open().await;
    assert_eq!(store.accept(vec![version("1", "a", 0), version("1", "a", 1)], None).await.unwrap(), 1);
    again(&*store, "1", 1, Vec::new()).await;
    assert_eq!(store.accept(vec![version("1", "a", 2)], None).await.unwrap(), 0);
    assert_eq!(store.next_due(true).await.unwrap(), None);
    drop(store);
    let store = place.open().await;
    assert_eq!(store.accept(vec![version("1", "a", 3)], None).await.unwrap(), 0);
    assert_eq!(store.accept(vec![version("2", "a", 3)], None).await.unwrap(), 1);
    assert_eq!(store.accept(vec![version("1", "b", 4)], None).await.unwrap(), 1);
    assert_eq!(store.accept(vec![version("1", "a", 5)], None).await.unwrap(), 1, "only the last one counts");
    assert_eq!(store.accept(vec![hint("1", HintSource::Sweep, 6)], None).await.unwrap(), 1);
}

#[tokio::test]
async fn a_cursor_moves_with_its_hints() {
    let place = Place::new();
    let store = place.open().await;
    let cursor = |second| Cursor { account: "shop".to_owned(), record: "order".to_owned(), at: at(second) };
    assert_eq!(store.cursor("shop", "order").await.unwrap(), None);
    store.accept(vec![version("1", "a", 0)], Some(cursor(1))).await.unwrap();
    store.accept(Vec::new(), Some(cursor(2))).await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.cursor("shop", "order").await.unwrap(), Some(cursor(2)));
    assert_eq!(store.cursor("shop", "item").await.unwrap(), None);
    assert_eq!(ids(&store.claim(at(0), 10).await.unwrap()), ["1"]);
}

#[tokio::test]
async fn links_are_found_from_both_ends_with_their_exact_base() {
    let place = Place::new();
    let store = place.open().await;
    for link in [link("1", "a"), link("2", "b"), link("2", "c")] {
        store.settle(Settlement { link: Some(link), ..Settlement::default() }).await.unwrap();
    }
    drop(store);
    let store = place.open().await;
    let left = store.links("orders", true, &end("shop", "1")).await.unwrap();
    let right = store.links("orders", false, &end("crm", "a")).await.unwrap();
    assert_eq!(left, right);
    // Equality is by meaning; kinds and digits must come back too.
    assert_eq!(format!("{left:?}"), format!("{:?}", [link("1", "a")]));
    assert_eq!(store.links("orders", true, &end("shop", "2")).await.unwrap().len(), 2);
    assert!(store.links("orders", true, &end("crm", "a")).await.unwrap().is_empty());
    assert!(store.links("items", true, &end("shop", "1")).await.unwrap().is_empty());
    let bare = Link { base: BTreeMap::new(), ..link("1", "a") };
    store.settle(Settlement { link: Some(bare.clone()), ..Settlement::default() }).await.unwrap();
    assert_eq!(store.links("orders", true, &end("shop", "1")).await.unwrap(), [bare]);
    assert_eq!(store.links_of("orders").await.unwrap().len(), 3);
    assert_eq!(store.counts().await.unwrap().links, 3);
}

#[tokio::test]
async fn intents_stay_open_until_they_are_settled() {
    let place = Place::new();
    let store = place.open().await;
    let first = store.open_intent(intent("one", 0)).await.unwrap();
    let second = store.open_intent(IntentDraft { cause: order("2"), ..intent("two", 1) }).await.unwrap();
    assert_eq!(first.state, IntentState::Open);
    drop(store);
    let store = place.open().await;
    let open = store.open_intents(None).await.unwrap();
    assert_eq!(format!("{open:?}"), format!("{:?}", [&first, &second]));
    let of_two = store.open_intents(Some(&order("2"))).await.unwrap();
    assert_eq!((of_two.len(), of_two[0].number), (1, second.number));
    let repeated = store.open_intent(intent("one", 9)).await.unwrap();
    assert_eq!((repeated.number, repeated.draft.at), (first.number, at(0)), "an open effect is not opened twice");
    let older = Settlement { link: Some(link("1", "older")), ..Settlement::default() };
    store.settle(older).await.unwrap();
    let settlement = Settlement {
        intent: Some((first.number, IntentState::Done)),
        link: Some(link("1", "a")),
        gives_way: vec![link("1", "older")],
        history: vec![story("created", 2), story("linked", 2)],
        hints: vec![hint("1", HintSource::Made, 2)],
    };
    store.settle(settlement).await.unwrap();
    assert_eq!(store.open_intents(Some(&order("1"))).await.unwrap().len(), 0);
    assert_eq!(store.links_of("orders").await.unwrap(), [link("1", "a")]);
    assert_eq!(ids(&store.claim(at(2), 9).await.unwrap()), ["1"], "what a settlement makes news of is work with it");
    let later = store.open_intent(intent("one", 9)).await.unwrap();
    assert_ne!(later.number, first.number, "a settled effect may happen again");
    store
        .settle(Settlement { intent: Some((later.number, IntentState::Failed)), ..Settlement::default() })
        .await
        .unwrap();
    assert_eq!(store.open_intents(None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_settlement_happens_whole_or_not_at_all() {
    let place = Place::new();
    let store = place.open().await;
    let lost = Settlement {
        intent: Some((77, IntentState::Done)),
        link: Some(link("1", "a")),
        gives_way: Vec::new(),
        history: vec![story("created", 2)],
        hints: vec![hint("1", HintSource::Made, 2)],
    };
    let kept = Settlement { history: vec![story("seen", 1)], ..Settlement::default() };
    let (lost, kept) = tokio::join!(store.settle(lost), store.settle(kept));
    assert!(matches!(lost, Err(StoreError::Unavailable(_))));
    kept.unwrap();
    assert!(store.links_of("orders").await.unwrap().is_empty());
    assert_eq!(store.counts().await.unwrap().pending, 0);
    assert_eq!(store.history(&order("1"), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn history_gives_the_newest_lines_oldest_first() {
    let place = Place::new();
    let store = place.open().await;
    let history = ["a", "b", "c"].into_iter().zip(0..).map(|(what, second)| story(what, second)).collect();
    store.settle(Settlement { history, ..Settlement::default() }).await.unwrap();
    let read = store.history(&order("1"), 2).await.unwrap();
    assert_eq!(format!("{read:?}"), format!("{:?}", [story("b", 1), story("c", 2)]));
    assert!(store.history(&order("2"), 2).await.unwrap().is_empty());
}

/// A decision on a record, made of every kind of value.
fn decision(id: &str, second: i64) -> DecisionEntry {
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
        situation,
        outcome,
    }
}

#[tokio::test]
async fn decisions_come_back_as_they_were_by_record_and_since_an_instant() {
    let place = Place::new();
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

#[tokio::test]
async fn generations_and_the_last_good_rules_survive() {
    let place = Place::new();
    let store = place.open().await;
    let text = |text: &str| [RuleText { name: "rules/orders.yaml".to_owned(), text: text.to_owned() }];
    assert_eq!(store.last_good().await.unwrap(), None);
    let first = store.serve("aa", &text("one"), at(0)).await.unwrap();
    assert_eq!((first.number, first.since), (1, at(0)));
    let second = store.serve("bb", &text("two"), at(1)).await.unwrap();
    assert_eq!(second.number, 2);
    drop(store);
    let store = place.open().await;
    assert_eq!(store.last_good().await.unwrap(), Some((second.clone(), text("two").to_vec())));
    assert_eq!(store.serve("bb", &text("two"), at(9)).await.unwrap(), second);
    let back = store.serve("aa", &text("one"), at(10)).await.unwrap();
    assert_eq!((back.number, back.since), (3, at(10)), "numbers only grow");
    assert_eq!(store.last_good().await.unwrap(), Some((back, text("one").to_vec())));
}

#[tokio::test]
async fn work_in_flight_is_pending_again_after_a_restart() {
    let place = Place::new();
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 0)], None).await.unwrap();
    let before = store.claim(at(1), 10).await.unwrap();
    drop(store);
    let store = open(&place.url(), at(30)).await.unwrap();
    assert_eq!(store.next_due(true).await.unwrap(), Some(at(30)));
    let work = store.claim(at(30), 10).await.unwrap();
    assert_eq!((work[0].hint, work[0].since), (before[0].hint, at(0)));
}

#[tokio::test]
async fn a_second_owner_is_refused_and_a_reader_only_reads() {
    let place = Place::new();
    assert!(matches!(open_reader(&place.url()).await, Err(StoreError::Missing(_))), "nothing is there yet");
    let store = place.open().await;
    walk(&*store, "1", 0, vec![park("1", None)]).await;
    assert!(matches!(open(&place.url(), at(1)).await, Err(StoreError::InUse(_))));
    let reader = open_reader(&place.url()).await.unwrap();
    assert_eq!(reader.parks().await.unwrap().len(), 1);
    walk(&*store, "2", 1, vec![park("2", None)]).await;
    assert_eq!(reader.parks().await.unwrap().len(), 2, "a reader sees what is written meanwhile");
    assert!(matches!(reader.retry(None, at(1)).await, Err(StoreError::InUse(_))));
    assert!(matches!(reader.claim(at(1), 1).await, Err(StoreError::InUse(_))));
    drop(store);
    assert_eq!(reader.parks().await.unwrap().len(), 2);
    drop(reader);
    let reader = open_reader(&place.url()).await.unwrap();
    assert_eq!(reader.parks().await.unwrap().len(), 2, "a store at rest can be read too");
    place.open().await;
}

#[tokio::test]
async fn a_store_that_cannot_be_used_says_what_to_check() {
    let place = Place::new();
    let file = place.folder.join("plain");
    fs::write(&file, "this is no database, only text ".repeat(100)).unwrap();
    let path = |rest: &str| format!("sqlite:{}{rest}", place.folder.display());
    let cases = [
        (path("/missing/petiole.db"), "does not exist; create it"),
        (path("/plain/petiole.db"), "cannot be written"),
        (path(""), "cannot be opened; check that it is a file"),
        (path("/plain"), "is no SQLite database"),
        ("postgres://me:secret@host/db".to_owned(), "not in this version"),
        ("mysql://me:secret@host/db".to_owned(), "`mysql:` is no kind of store; write `sqlite:PATH`"),
        ("petiole.db".to_owned(), "write `sqlite:PATH`"),
        ("sqlite:".to_owned(), "names no file"),
    ];
    for (url, expected) in cases {
        let Err(StoreError::Unavailable(text)) = open(&url, at(0)).await else { panic!("{url} opened") };
        assert!(text.contains(expected), "{url}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
    let _ = fs::remove_file(place.folder.with_extension("lock"));
    let _ = fs::remove_file(format!("{}.lock", place.folder.display()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_accepts_at_once_are_all_durable() {
    const TASKS: usize = 40;
    const HINTS: usize = 25;
    let place = Place::new();
    let store = place.open().await;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for number in 0..HINTS {
                    let id = format!("{task}-{number}");
                    assert_eq!(store.accept(vec![hint(&id, HintSource::Webhook, 0)], None).await.unwrap(), 1);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    drop(store);
    let store = place.open().await;
    assert_eq!(store.counts().await.unwrap().pending, u64::try_from(TASKS * HINTS).unwrap());
    assert_eq!(store.claim(at(0), 10_000).await.unwrap().len(), TASKS * HINTS);
}

#[tokio::test]
async fn a_store_in_memory_does_the_same_and_is_forgotten() {
    let store = open("sqlite::memory:", at(0)).await.unwrap();
    walk(&*store, "1", 0, vec![park("1", None)]).await;
    assert_eq!(store.parks().await.unwrap().len(), 1);
    assert!(store.settle(Settlement { intent: Some((1, IntentState::Done)), ..Settlement::default() }).await.is_err());
    let later = at(0).checked_add(SignedDuration::from_secs(15)).unwrap();
    assert_eq!(store.claim(later, 1).await.unwrap().len(), 1);
    let other = open("sqlite::memory:", at(0)).await.unwrap();
    assert!(other.parks().await.unwrap().is_empty());
}

#[tokio::test]
async fn work_put_off_while_the_clock_was_ahead_is_due_within_the_longest_wait() {
    let place = Place::new();
    let store = place.open().await;
    let day = 24 * 60 * 60;
    store.accept(vec![hint("1", HintSource::Webhook, 0), hint("2", HintSource::Webhook, day)], None).await.unwrap();
    let work = store.claim(at(1), 10).await.unwrap();
    assert_eq!(ids(&work), ["1"]);
    store.defer(&work[0], at(day), "shop answers 503").await.unwrap();
    drop(store);
    // The clock is right again: both are looked for now, and come within a quarter of an hour.
    let store = place.open().await;
    assert!(store.claim(at(2), 10).await.unwrap().is_empty());
    assert_eq!(store.next_due(true).await.unwrap(), Some(at(1 + 15 * 60)));
    assert_eq!(store.claim(at(2 + 15 * 60), 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_answers_showed_is_kept_in_the_place_of_what_was_known_before() {
    let place = Place::new();
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

#[tokio::test]
async fn a_store_has_one_owner_whatever_becomes_of_its_lock_file() {
    let place = Place::new();
    let store = place.open().await;
    let file = |name: &str| place.folder.join(name);
    let is_in_use = |opened: Result<_, StoreError>| matches!(opened.map(drop), Err(StoreError::InUse(_)));
    fs::remove_file(file("petiole.db.lock")).unwrap();
    assert!(is_in_use(open(&place.url(), at(1)).await));
    // Under another name it has another log, and the two would ruin it.
    fs::hard_link(file("petiole.db"), file("other.db")).unwrap();
    assert!(is_in_use(open(&format!("sqlite:{}", file("other.db").display()), at(1)).await));
    store.accept(vec![hint("1", HintSource::Webhook, 1)], None).await.unwrap();
    assert_eq!(ids(&store.claim(at(2), 10).await.unwrap()), ["1"], "its owner goes on");
    drop(store);
    fs::remove_file(file("other.db")).unwrap();
    assert_eq!(ids(&place.open().await.claim(at(2), 10).await.unwrap()), ["1"]);
}

#[tokio::test]
async fn an_owner_whose_store_was_taken_over_takes_up_nothing_and_writes_nothing_outside() {
    let place = Place::new();
    let store = place.open().await;
    store.accept(vec![hint("1", HintSource::Webhook, 1)], None).await.unwrap();
    let other = rusqlite::Connection::open(place.folder.join("petiole.db")).unwrap();
    other.execute("UPDATE owner SET token = 'of another process'", []).unwrap();
    for refused in [store.claim(at(2), 10).await.map(drop), store.open_intent(intent("1", 2)).await.map(drop)] {
        assert!(matches!(&refused, Err(StoreError::InUse(why)) if why.contains("taken the store over")), "{refused:?}");
    }
    assert_eq!(store.counts().await.unwrap().pending, 1, "it is left to whoever has the store now");
}
