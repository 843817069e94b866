//! What the runtime tells of itself while it works: one value per thing that happened.
//!
//! For the demo, the reconcile report, the log and metrics. Holds no secrets.

use crate::store::RecordRef;
use crate::value::Value;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A record was looked at.
    Compared {
        /// The record.
        target: RecordRef,
    },
    /// Something was written outside and settled.
    Written {
        /// The record whose change caused it.
        cause: RecordRef,
        /// The record written.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// `create`, `update` or `move`.
        action: &'static str,
        /// The fields written.
        fields: Value,
        /// The rule lines that caused it.
        lines: Vec<String>,
    },
    /// Both sides changed one value, and one gave way.
    GaveWay {
        /// The record whose change was looked at.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// The group of fields.
        group: String,
        /// The value that gave way.
        lost: Value,
        /// The value that stayed.
        won: Value,
        /// The rule line.
        line: String,
    },
    /// Two records that existed on both sides were linked.
    Linked {
        /// The pipeline.
        pipeline: String,
        /// The left record.
        left: RecordRef,
        /// The right record.
        right: RecordRef,
        /// The rule line of the match.
        line: String,
    },
    /// Work stopped and waits in the inbox.
    Parked {
        /// The record.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// What happened.
        message: String,
        /// The rule line.
        line: String,
    },
    /// The record has no counterpart and its rules do not ask for one.
    PassedBy {
        /// The record.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
    },
    /// Work was put off.
    PutOff {
        /// The record.
        target: RecordRef,
        /// Why.
        reason: String,
    },
    /// What would have been written if `settings.mode` were `live`.
    Observed {
        /// The record whose change asked for it.
        cause: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// `create`, `update` or `move`.
        action: &'static str,
        /// The fields.
        fields: Value,
    },
}
