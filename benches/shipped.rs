//! The shipped rules: an order that becomes its counterpart, one that changed nothing, a change of stock beside open
//! orders. Only what is decided, with all answers at hand; beside the same by hand. Read ratios, not figures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "shipped/by_hand.rs"]
mod by_hand;
#[path = "shipped/orders.rs"]
mod orders;
#[path = "shipped/rules.rs"]
mod rules;
#[path = "shipped/stock.rs"]
mod stock;

use divan::{AllocProfiler, Bencher};
use petiole::engine::Effect;
use petiole::language::script::limits::WORKER_STACK_BYTES;

#[global_allocator]
static ALLOCATOR: AllocProfiler<mimalloc::MiMalloc> = AllocProfiler::new(mimalloc::MiMalloc);

const LINES: [usize; 3] = [10, 100, 1000];

const OPEN: [usize; 3] = [0, 1_000, 10_000];

fn main() {
    for lines in [3, 10] {
        let ours = rules::decided(&mut orders::begun(lines), &orders::answer);
        let Some(Effect::Create { fields, .. }) = ours.effect else { panic!("{ours:?}") };
        let by_hand = by_hand::parcel(&by_hand::order(lines), &by_hand::Known::new(lines));
        assert_eq!(by_hand.to_json(), by_hand::plain(&fields), "the hand makes what the rules make");
        let rested = rules::decided(&mut orders::rested(lines), &orders::answer);
        assert!(rested.effect.is_none() && rested.stops.is_empty(), "nothing is left to do: {rested:?}");
    }
    for open in [0, 400] {
        let stock = stock::Stock::new(open);
        let ours = rules::decided(&mut stock.situation(), &|want| stock.answer(want));
        let Some(Effect::Update { fields, .. }) = ours.effect else { panic!("{ours:?}") };
        assert_eq!(fields.get("available_inventory").unwrap().to_key().unwrap(), stock.by_hand().to_string());
    }
    as_a_worker(divan::main);
}

/// Runs this with the stack that a worker of the service has, so that a script finds room for its call there.
fn as_a_worker(work: fn()) {
    let thread = std::thread::Builder::new().stack_size(WORKER_STACK_BYTES).spawn(work);
    thread.expect("a thread").join().expect("it ends well");
}

#[divan::bench(args = LINES)]
fn a_create(bencher: Bencher<'_, '_>, lines: usize) {
    let situation = orders::begun(lines);
    let answer = rules::answers(&mut situation.clone(), &orders::answer);
    bencher
        .with_inputs(|| situation.clone())
        .bench_local_values(|mut at| rules::decided(&mut at, &|want| answer[want].clone()));
}

#[divan::bench(args = LINES)]
fn b_create_by_hand(bencher: Bencher<'_, '_>, lines: usize) {
    let (order, known) = (by_hand::order(lines), by_hand::Known::new(lines));
    bencher.bench_local(|| by_hand::parcel(divan::black_box(&order), &known));
}

#[divan::bench(args = LINES)]
fn c_no_change(bencher: Bencher<'_, '_>, lines: usize) {
    let situation = orders::rested(lines);
    let answer = rules::answers(&mut situation.clone(), &orders::answer);
    bencher
        .with_inputs(|| situation.clone())
        .bench_local_values(|mut at| rules::decided(&mut at, &|want| answer[want].clone()));
}

#[divan::bench(args = LINES)]
fn d_no_change_by_hand(bencher: Bencher<'_, '_>, lines: usize) {
    let (order, known) = (by_hand::order(lines), by_hand::Known::new(lines));
    let held = by_hand::parcel(&order, &known);
    bencher.bench_local(|| assert!(by_hand::parcel(divan::black_box(&order), &known) == held));
}

#[divan::bench(args = OPEN)]
fn e_stock(bencher: Bencher<'_, '_>, open: usize) {
    let stock = stock::Stock::new(open);
    let situation = stock.situation();
    let answer = rules::answers(&mut situation.clone(), &|want| stock.answer(want));
    bencher
        .with_inputs(|| situation.clone())
        .bench_local_values(|mut at| rules::decided(&mut at, &|want| answer[want].clone()));
}

#[divan::bench(args = OPEN)]
fn f_stock_by_hand(bencher: Bencher<'_, '_>, open: usize) {
    let stock = stock::Stock::new(open);
    bencher.bench_local(|| stock.by_hand());
}
