//! How long a change took to cross: from its system's own word of when it was made to the settled write.

use std::time::Duration;

use super::pairing::Pairing;
use crate::engine::Situation;
use crate::runtime::runtime::Runtime;
use crate::store::ToldBy;
use crate::value::Value;

impl Runtime {
    /// A write for a pair is settled.
    pub(crate) fn note_lag(&self, pairing: &Pairing<'_>, situation: &Situation) {
        let Some(ToldBy { source, at: heard }) = pairing.by else { return };
        let kind = pairing.pipeline.record(pairing.side);
        let record = situation.record(pairing.side);
        let made = match kind.modified.as_deref().zip(record).map(|(field, record)| record.field(field)) {
            Some(Value::Timestamp(made)) => *made,
            // One that does not say when it was changed was changed before it was heard of.
            _ => heard,
        };
        let now = self.world.clock.now();
        // A system's clock may be ahead.
        let lag = Duration::try_from(now.duration_since(made)).unwrap_or_default();
        self.meter.crossed((&pairing.pipeline.name, pairing.account), source, (lag, now));
    }
}
