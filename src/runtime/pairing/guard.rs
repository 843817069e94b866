//! The last look at an effect before anything leaves the process.

use super::make::forbidden;
use super::pairing::Pairing;
use crate::engine::{Effect, Situation, Stop};
use crate::runtime::live::Live;

/// Nothing that ownership forbids leaves the process, whatever a decision says.
pub(super) fn guard(live: &Live, pairing: &Pairing<'_>, situation: &Situation, effect: &Effect) -> Option<Stop> {
    let pipeline = pairing.pipeline;
    let line = &pipeline.match_line;
    let refuse = |text: String| Some(Stop::new("not-owned", "ownership forbids it", text, line));
    let (side, fields) = match effect {
        Effect::Create { side, fields, .. } => {
            if pipeline.live_create(*side, &situation.settings).is_none() {
                return refuse(format!("nobody may create a {} here", pipeline.record(*side).name));
            }
            (*side, fields)
        }
        Effect::Update { side, fields, .. } => (*side, fields),
        Effect::Move { side, rule, .. } => {
            let may = pipeline
                .rules
                .iter()
                .any(|known| known.id == *rule && pipeline.flows(known, *side, &situation.settings));
            return if may { None } else { refuse("no live rule moves this state".to_owned()) };
        }
        Effect::Make(making) => {
            return forbidden(&live.plan, (pipeline, &situation.settings), making).and_then(refuse);
        }
        Effect::Remove { side, .. } => {
            let kind = pipeline.record(*side);
            let may = situation.gone.is_some() && pipeline.removal(*side, &situation.settings).is_some();
            return if may { None } else { refuse(format!("nobody may take a {} away here", kind.name)) };
        }
        Effect::Link { .. } | Effect::Settle { .. } => return None,
    };
    let may = |name: &str| {
        pipeline.rules.iter().filter(|rule| pipeline.flows(rule, side, &situation.settings)).any(|rule| {
            let path = rule.path(side);
            path.is_some_and(|path| path.to_string().split('.').next() == Some(name))
        })
    };
    let name = fields.keys().find(|name| !may(name))?;
    refuse(format!("no live rule writes `{name}`"))
}
