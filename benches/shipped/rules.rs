//! The shipped rules in service, records read as from the peers, and decisions with answers from memory.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use petiole::connector::Shape;
use petiole::engine::{Decision, Found, Reads, Situation, Step, Want};
use petiole::language;
use petiole::language::plan::{Pipeline, Side};
use petiole::runtime::{Live, World};
use petiole::value::Value;
use petiole::world::SystemFiles;

/// The shipped rules in service.
pub(crate) fn live() -> &'static Live {
    static LIVE: LazyLock<Live> = LazyLock::new(|| {
        let rules = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules");
        let plan = language::compile(&SystemFiles, &[rules]).plan.expect("the shipped rules are sound");
        let environment =
            |name: &str| Some(if name.ends_with("URL") { "http://127.0.0.1:9".to_owned() } else { "F1".to_owned() });
        let world = World { environment: Arc::new(environment), ..World::real().expect("a world") };
        Live::new(1, Arc::new(plan), &world, None).unwrap_or_else(|wrong| panic!("{wrong:?}"))
    });
    &LIVE
}

pub(crate) fn pipeline(name: &str) -> &'static Pipeline {
    &live().plan.pipelines[name]
}

/// A record as it is read of what its system sends.
pub(crate) fn record(system: &str, record: &str, sent: &serde_json::Value) -> Value {
    let system = &live().plan.systems[system];
    let shape = Shape::of(system, &system.records[record]);
    shape.text(&sent.to_string(), false).expect("JSON").value
}

/// A pair of a pipeline of which this side changed.
pub(crate) fn situation(pipeline: &Pipeline, changed: Side, records: [Option<Value>; 2]) -> Situation {
    let account = |side: Side| pipeline.record(side).system.clone();
    let accounts = [account(Side::Left), account(Side::Right)];
    let settings = live().pair_settings(&accounts[0], &accounts[1]);
    let [left, right] = records;
    Situation { left, right, ..Situation::of(changed, accounts, settings) }
}

/// Decides, in as many rounds as it takes.
pub(crate) fn decided(situation: &mut Situation, answer: &dyn Fn(&Want) -> Found) -> Decision {
    let known = ["leaflink", "flourish"].contains(&situation.left_account.as_str());
    assert!(known, "accounts are called as their systems");
    let name = if situation.left_account == "leaflink" { "orders" } else { "stock" };
    let deciding = live().deciding(pipeline(name), (&situation.left_account, &situation.right_account));
    loop {
        match deciding.round(situation) {
            Step::Done(decision) => return *decision,
            Step::Need(wants) => {
                for want in wants {
                    let found = answer(&want);
                    situation.reads.insert(want, found);
                }
            }
        }
    }
}

/// Every answer that a decision takes.
pub(crate) fn answers(situation: &mut Situation, answer: &dyn Fn(&Want) -> Found) -> Reads {
    drop(decided(situation, answer));
    std::mem::take(&mut situation.reads)
}
