//! The heart: an order's JSON text in, the decision, the JSON text of the call out; beside the same
//! mapping by hand. Times and allocations; read ratios, not figures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "heart/order.rs"]
mod order;

use std::sync::Arc;

use divan::{AllocProfiler, Bencher};
use petiole::connector::{ResolvedAccount, Shape, request};
use petiole::engine::{Effect, Found, Situation, Step, decide};
use petiole::language::plan::{Plan, Side};
use petiole::language::script::limits::WORKER_STACK_BYTES;
use petiole::value::{Record, Value};

#[global_allocator]
static ALLOCATOR: AllocProfiler<mimalloc::MiMalloc> = AllocProfiler::new(mimalloc::MiMalloc);

const LINES: [usize; 3] = [10, 100, 1000];

fn main() {
    let (plan, text) = (order::plan(), order::text(10));
    let [ours, by_hand, typed] =
        [mapped(&plan, &shape(&plan), &text), order::by_hand(&text), order::typed(&text)].map(|made| same_form(&made));
    assert_eq!(by_hand, typed, "both hands map alike");
    assert_eq!(ours, typed, "the rules map as the hands do");
    as_a_worker(divan::main);
}

/// Runs this with the stack that a worker of the service has, so that a script finds room for its call there.
fn as_a_worker(work: fn()) {
    let thread = std::thread::Builder::new().stack_size(WORKER_STACK_BYTES).spawn(work);
    thread.expect("a thread").join().expect("it ends well");
}

/// The text with numbers and their texts alike.
fn same_form(text: &str) -> serde_json::Value {
    fn alike(json: serde_json::Value) -> serde_json::Value {
        match json {
            serde_json::Value::Number(number) => serde_json::Value::String(number.to_string()),
            serde_json::Value::Array(items) => items.into_iter().map(alike).collect(),
            serde_json::Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, alike(value))).collect(),
            other => other,
        }
    }
    alike(serde_json::from_str(text).expect("JSON"))
}

/// From the text of one system to the text for the other.
fn mapped(plan: &Plan, shape: &Shape, text: &str) -> String {
    written(plan, &decided(plan, &mut read(shape, text)))
}

/// The order as rules see it.
fn read(shape: &Shape, text: &str) -> Situation {
    let record = shape.text(text, false).expect("JSON").value;
    let accounts = ["shop".to_owned(), "depot".to_owned()];
    Situation { left: Some(record), ..Situation::of(Side::Left, accounts, Value::Record(Record::new())) }
}

/// How orders are read: a connector makes this once.
fn shape(plan: &Plan) -> Arc<Shape> {
    let shop = &plan.systems["shop"];
    Shape::of(shop, &shop.records["order"])
}

/// What is created for it.
fn decided(plan: &Plan, situation: &mut Situation) -> Record {
    loop {
        match decide(plan, &plan.pipelines["parcels"], situation) {
            Step::Need(wants) => {
                for want in wants {
                    situation.reads.insert(want, Found::Records(Vec::new()));
                }
            }
            Step::Done(decision) => {
                let Some(Effect::Create { fields, .. }) = decision.effect else { panic!("{decision:?}") };
                return fields;
            }
        }
    }
}

/// The text of the call.
fn written(plan: &Plan, fields: &Record) -> String {
    let depot = &plan.systems["depot"];
    let parcel = &depot.records["parcel"];
    let account = ResolvedAccount {
        name: "depot".to_owned(),
        base_url: "http://127.0.0.1:2".to_owned(),
        ..ResolvedAccount::default()
    };
    let call = parcel.create.as_ref().expect("a create call");
    let sending = request::Sending::of(parcel, fields, request::Mode::Create);
    let holes = request::Holes::of(&account);
    let request = request::build(depot, call, &holes, Some(sending)).expect("a request");
    String::from_utf8(request.body).expect("UTF-8")
}

#[divan::bench(args = LINES)]
fn a_rules(bencher: Bencher<'_, '_>, lines: usize) {
    let (plan, text) = (order::plan(), order::text(lines));
    let shape = shape(&plan);
    bencher.bench_local(|| mapped(&plan, &shape, divan::black_box(&text)));
}

#[divan::bench(args = LINES)]
fn b_json_by_hand(bencher: Bencher<'_, '_>, lines: usize) {
    let text = order::text(lines);
    bencher.bench_local(|| order::by_hand(divan::black_box(&text)));
}

#[divan::bench(args = LINES)]
fn c_typed_rust(bencher: Bencher<'_, '_>, lines: usize) {
    let text = order::text(lines);
    bencher.bench_local(|| order::typed(divan::black_box(&text)));
}

/// The parts of `a_rules`, each by itself.
#[divan::bench(args = LINES)]
fn a_rules_1_read(bencher: Bencher<'_, '_>, lines: usize) {
    let (plan, text) = (order::plan(), order::text(lines));
    let shape = shape(&plan);
    bencher.bench_local(|| read(&shape, divan::black_box(&text)));
}

#[divan::bench(args = LINES)]
fn a_rules_2_decide(bencher: Bencher<'_, '_>, lines: usize) {
    let (plan, text) = (order::plan(), order::text(lines));
    let situation = read(&shape(&plan), &text);
    bencher.with_inputs(|| situation.clone()).bench_local_refs(|situation| decided(&plan, situation));
}

#[divan::bench(args = LINES)]
fn a_rules_3_write(bencher: Bencher<'_, '_>, lines: usize) {
    let (plan, text) = (order::plan(), order::text(lines));
    let fields = decided(&plan, &mut read(&shape(&plan), &text));
    bencher.bench_local(|| written(&plan, divan::black_box(&fields)));
}
