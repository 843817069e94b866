//! The engine alone, over the shipped rules and whatever records may come: the same situation gives the same bytes,
//! and what is journalled of it is enough to decide again.

pub(crate) mod choices;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use choices::Choices;
use petiole::engine::{self, Base, Decision, Made, Makeable, Situation, Step};
use petiole::language;
use petiole::language::plan::{Pipeline, Plan, Side};
use petiole::runtime::{Live, World};
use petiole::value::{Record, Value};
use petiole::world::{SeededRandom, SystemFiles};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use rust_decimal::Decimal;

/// Rounds of answers for one decision, as the runtime has them.
const ROUNDS_MAX: usize = petiole::runtime::limits::READ_ROUNDS_MAX;

/// The shipped rules in service.
pub(crate) fn live() -> &'static Live {
    static LIVE: LazyLock<Live> = LazyLock::new(|| {
        let rules = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules");
        let plan = language::compile(&SystemFiles, &[rules]).plan.unwrap();
        let environment =
            |name: &str| Some(if name.ends_with("URL") { "http://127.0.0.1:9".to_owned() } else { "1".to_owned() });
        let (random, environment) = (Arc::new(SeededRandom::new(7)), Arc::new(environment));
        let world = World { random, environment, ..World::real().unwrap() };
        Live::new(1, Arc::new(plan), &world, None).unwrap_or_else(|wrong| panic!("{wrong:?}"))
    });
    &LIVE
}

fn account_of(plan: &Plan, system: &str) -> String {
    plan.accounts_of(system).next().unwrap().name.clone()
}

/// A pair of any records, linked or not, under the shipped settings.
fn situation(plan: &Plan, pipeline: &Pipeline, choices: &mut Choices<'_>) -> Situation {
    let changed = if choices.one_in(2) { Side::Right } else { Side::Left };
    let accounts = [Side::Left, Side::Right].map(|side| account_of(plan, &pipeline.record(side).system));
    let settings = live().pair_settings(&accounts[0], &accounts[1]);
    let linked = choices.one_in(2);
    let mut record = |side: Side| (linked || side == changed).then(|| choices.record(plan, pipeline.record(side)));
    let (left, right) = (record(Side::Left), record(Side::Right));
    Situation {
        left,
        right,
        base: linked.then(Base::new),
        demanded: choices.one_in(3),
        sweep: choices.one_in(2),
        asked: choices.one_in(3),
        apart: choices.one_in(3),
        ..Situation::of(changed, accounts, settings)
    }
}

/// Decides, with whatever answers; `None` where it asks for too much.
fn decided(
    plan: &Plan,
    pipeline: &Pipeline,
    (situation, choices): (&mut Situation, &mut Choices<'_>),
) -> Option<Decision> {
    for _ in 0..ROUNDS_MAX {
        match engine::decide(plan, pipeline, situation) {
            Step::Done(decision) => return Some(*decision),
            Step::Need(wants) => {
                for want in wants {
                    let found = choices.answer(plan, &want);
                    situation.reads.insert(want, found);
                }
            }
        }
    }
    None
}

fn bytes(kept: &impl serde::Serialize) -> String {
    serde_json::to_string(kept).unwrap()
}

/// What the journal keeps of a situation, read back.
fn read_back(situation: &Situation, decision: &Decision) -> Situation {
    let kept = bytes(&situation.journalled(decision));
    let mut read: Situation = serde_json::from_str(&kept).unwrap();
    assert_eq!(bytes(&read), kept);
    read.settings = serde_json::from_str(&bytes(&situation.settings)).unwrap();
    read
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        (any::<i64>(), 0..20_u32).prop_map(|(number, scale)| Value::Decimal(Decimal::new(number, scale))),
        "\\PC{0,12}".prop_map(Value::text),
        (-60_000_000_000_000_000_000_i128..200_000_000_000_000_000_000)
            .prop_map(|nanos| Value::Timestamp(jiff::Timestamp::from_nanosecond(nanos).unwrap())),
        (1..9_999_i16, 1..12_i8, 1..28_i8)
            .prop_map(|(year, month, day)| Value::Date(jiff::civil::date(year, month, day))),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof!["[$a-c]{1,2}", Just("$n".to_owned()), Just("$r".to_owned())];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name, inner), 0..4).prop_map(|fields| Value::Record(fields.into_iter().collect::<Record>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_kept_value_is_read_as_it_was(value in value()) {
        let kept = bytes(&value);
        let read: Value = serde_json::from_str(&kept).unwrap();
        prop_assert_eq!(format!("{:?}", &read), format!("{:?}", &value));
        prop_assert_eq!(bytes(&read), kept);
    }

    #[test]
    fn a_decision_is_made_again_from_what_is_journalled(bytes_of in vec(any::<u8>(), 0..400)) {
        let plan = &live().plan;
        for pipeline in plan.pipelines.values() {
            let mut choices = Choices::new(&bytes_of);
            let mut situation = situation(plan, pipeline, &mut choices);
            for _ in 0..3 {
                let Some(decision) = decided(plan, pipeline, (&mut situation, &mut choices)) else { break };
                let again = |situation: &Situation| match engine::decide(plan, pipeline, situation) {
                    Step::Done(decision) => bytes(&decision),
                    Step::Need(wants) => format!("{wants:?}"),
                };
                prop_assert_eq!(again(&situation), bytes(&decision), "{}: decided otherwise at once", pipeline.name);
                let read = read_back(&situation, &decision);
                prop_assert_eq!(again(&read), bytes(&decision), "{}: decided otherwise again", pipeline.name);
                let told: Decision = serde_json::from_str(&bytes(&decision)).unwrap();
                prop_assert_eq!(bytes(&told), bytes(&decision));
                // What was to be made is there, or not, and it is decided once more.
                let Some(engine::Effect::Make(making)) = decision.effect else { break };
                let made = match choices.below(3) {
                    0 => Made::There(Value::Record(making.fields)),
                    1 => Made::Withheld(Value::Record(making.fields)),
                    _ => Made::Refused,
                };
                let known: Option<Made> = situation.made.insert(making.record.clone(), made);
                let Makeable { record, id, .. } = making.record;
                prop_assert!(known.is_none(), "{record} {id} is made again");
            }
        }
    }
}
