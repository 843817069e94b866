//! Spans for traces: one for each event, and inside it one for each decision and each effect; the calls' own are the
//! connector's. They name records, rules and fields, and hold no values.
//!
//! Where nobody wants traces, none of them is made.

use tracing::Span;
use tracing::field::{Empty, display};

use super::pairing::Pairing;
use crate::engine::Effect;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::Work;
use crate::world::trace_sink::TRACE;

impl Runtime {
    /// The span of a piece of work, from when it is taken up. It says how long it waited for that.
    pub(super) fn span_of(&self, work: &Work) -> Span {
        let span = tracing::info_span!(
            target: TRACE, parent: None, "event", otel.name = Empty, otel.status_code = Empty,
            otel.status_description = Empty, petiole.account = Empty, petiole.record = Empty, petiole.told_by = Empty,
            petiole.waited_ms = Empty, petiole.attempts = Empty, petiole.generation = Empty, petiole.outcome = Empty,
        );
        if !span.is_disabled() {
            let waited = self.world.clock.now().duration_since(work.since).as_millis();
            span.record("otel.name", display(format_args!("{}.{}", work.target.account, work.target.record)));
            span.record("petiole.account", work.target.account.as_str());
            span.record("petiole.record", display(&work.target));
            span.record("petiole.told_by", work.source.as_str());
            span.record("petiole.waited_ms", i64::try_from(waited).unwrap_or(i64::MAX));
            span.record("petiole.attempts", i64::from(work.attempts));
            span.record("petiole.generation", self.live.load().generation);
        }
        span
    }
}

/// A piece of work is over, whatever became of it.
pub(super) fn end(span: &Span, trouble: Option<&Trouble>) {
    if let Some(trouble) = trouble.filter(|_| !span.is_disabled()) {
        span.record("otel.status_code", "ERROR");
        span.record("otel.status_description", display(trouble));
    }
}

/// How the work under way came out, in a word.
pub(super) fn outcome(word: &str) {
    Span::current().record("petiole.outcome", word);
}

/// The span of a decision on a pair, with what is read for it.
pub(super) fn of_decision(live: &Live, pairing: &Pairing<'_>) -> Span {
    tracing::info_span!(
        target: TRACE, "decide", petiole.pipeline = pairing.pipeline.name.as_str(),
        petiole.generation = live.generation,
    )
}

/// The span of an effect, to its settled write.
pub(super) fn of_effect(pairing: &Pairing<'_>, effect: &Effect) -> Span {
    tracing::info_span!(
        target: TRACE, "effect", otel.name = effect.action().as_str(),
        petiole.pipeline = pairing.pipeline.name.as_str(), petiole.action = effect.action().as_str(),
    )
}
