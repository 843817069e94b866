//! What is journalled of decisions: enough to make each of them again, and no secret.

use petiole::engine::{self, Effect, Step};
use petiole::language;
use petiole::language::source::{SourceFile, SourceMap};
use petiole::store::sqlite::SqliteStore;
use petiole::store::{DecisionEntry, Decisions as _, Rules as _};
use serde_json::json;

use crate::support::{Process, Trade, at_rest, own, send, until};
use petiole::world::{Method, SystemClock};

/// Decides everything again that the journal tells of the newest rules, from the journal alone; what it tells.
#[track_caller]
pub(crate) fn decided_again(trade: &Trade) -> Vec<DecisionEntry> {
    let file = trade.folder.0.join("petiole.db");
    if !file.exists() {
        return Vec::new();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (kept, entries) = runtime.block_on(async {
        let store = SqliteStore::open_reader(&file, std::sync::Arc::new(SystemClock)).unwrap();
        (store.last_good().await.unwrap(), store.decisions(None, None, usize::MAX).await.unwrap())
    });
    let Some((generation, texts)) = kept else { return Vec::new() };
    let texts = texts.into_iter().map(|text| SourceFile { name: text.name, text: text.text }).collect();
    let plan = language::compile_texts(SourceMap::new(texts)).plan.unwrap();
    let newest: Vec<DecisionEntry> =
        entries.into_iter().filter(|entry| entry.generation == generation.number).collect();
    for entry in &newest {
        let pipeline = &plan.pipelines[&entry.pipeline];
        match engine::decide(&plan, pipeline, &entry.situation) {
            Step::Need(wants) => panic!("{} of {}: the journal lacks {wants:?}", entry.target, entry.pipeline),
            Step::Done(decision) => {
                let [again, then] = [&*decision, &entry.outcome].map(|one| serde_json::to_string(one).unwrap());
                assert_eq!(again, then, "{} of {} is decided otherwise", entry.target, entry.pipeline);
                let (explained, notes) = engine::explain(&plan, pipeline, &entry.situation);
                let Step::Done(explained) = explained else { panic!("{} wants more with a ledger", entry.target) };
                assert_eq!(*explained, *decision, "{} is decided otherwise with a ledger", entry.target);
                let is_by_rules = matches!(decision.effect, Some(Effect::Create { .. } | Effect::Update { .. }));
                assert!(!is_by_rules || !notes.is_empty(), "{}: no rule came to anything", entry.target);
            }
        }
    }
    newest
}

fn count(entries: &[DecisionEntry], action: &str) -> usize {
    let is_it =
        |entry: &&DecisionEntry| entry.outcome.effect.as_ref().is_some_and(|one| one.action().as_str() == action);
    entries.iter().filter(is_it).count()
}

/// A webhook address is a secret: whoever has it can write there.
const ADDRESS: &str = "http://127.0.0.1:9/a-token-that-nobody-else-knows";

#[test]
fn every_decision_of_a_trade_is_made_again_from_the_journal_alone() {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    own(&trade.rules, "inventory", "flourish");
    let settings = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("webhook: \"\"", "webhook: ${CHAT}")).unwrap();
    for side in [&trade.leaflink, &trade.flourish] {
        send(Method::Post, &format!("{}/_control/world", side.url), &json!({ "seed": 3, "items": 4 }));
    }
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let service = Process::start(command.env("CHAT", ADDRESS), "listening");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1, "payment_term": "Net 60" }));
    until("the orders crossed", || trade.orders().len() == 4);
    let order = trade.orders()[0]["id"].clone();
    trade.people(&trade.flourish, "payment_term", &json!({ "order": order, "payment_term": "Cash on Delivery" }));
    trade.people(&trade.flourish, "allocate", &json!({ "order": order }));
    until("nothing is left to do", || {
        let orders = &crate::support::get(&format!("{}/_control/state", trade.leaflink.url))["orders"];
        orders.as_array().unwrap().iter().any(|one| one["payment_term"] == "COD") && at_rest(&service.url)
    });
    drop(service);
    let entries = decided_again(&trade);
    for action in ["create", "make", "link", "update", "move"] {
        assert!(count(&entries, action) > 0, "no {action} among {}", entries.len());
    }
    for pipeline in ["orders", "stock", "products", "customers"] {
        assert!(entries.iter().any(|entry| entry.pipeline == pipeline), "{pipeline}");
    }
    let made = entries.iter().find_map(|entry| match &entry.outcome.effect {
        Some(Effect::Make(making)) => Some(&making.record.id),
        _ => None,
    });
    assert_eq!(made.map(String::as_str), Some("Net 60"));
    for name in ["petiole.db", "petiole.db-wal"] {
        let bytes = std::fs::read(trade.folder.0.join(name)).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains("a-token"), "{name}");
    }
}
