//! How much a pipeline has to carry, as its file states it: `400 a day`, `30 an hour of 20000`.

use crate::diagnostic::Span;

/// What changes on one side of a pipeline, and how many records there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume {
    /// How many records change in the span of time.
    pub changes: u64,
    /// The span of time, in minutes.
    pub minutes: u64,
    /// How many records there are, where it is said.
    pub records: Option<u64>,
    /// Where it stands.
    pub span: Span,
}

/// How it is written, for help.
pub const WRITTEN: &str =
    "`400 a day`, `30 an hour` or `5 a minute`, and behind it ` of 20000`, how many records there are";

const SPANS: [(&str, u64); 3] = [("a minute", 1), ("an hour", 60), ("a day", 24 * 60)];

impl Volume {
    /// Reads it; `None` where the text is none.
    pub fn parse(text: &str, span: Span) -> Option<Self> {
        let (rate, records) = match text.split_once(" of ") {
            Some((rate, records)) => (rate, Some(records.trim().parse().ok()?)),
            None => (text, None),
        };
        let (changes, every) = rate.trim().split_once(' ')?;
        let (_, minutes) = SPANS.into_iter().find(|(name, _)| *name == every.trim())?;
        Some(Self { changes: changes.parse().ok()?, minutes, records, span })
    }
}
