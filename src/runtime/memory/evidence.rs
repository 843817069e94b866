//! Calls as they went over the wire, each under the record for whose sake it was made, until they are kept.
//!
//! Nothing rests on them: what does not find room here is let go.

use std::future::Future;
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use crate::connector::evidence::{Evidence, Witness};
use crate::runtime::limits::CALLS_WAITING_MAX;
use crate::store::{CallEntry, RecordRef};

tokio::task_local! {
    /// The record whose work this task does.
    static MADE_FOR: RecordRef;
}

/// Calls that wait to be kept.
#[derive(Debug, Default)]
pub struct Evidences(Mutex<Vec<CallEntry>>);

impl Witness for Evidences {
    fn saw(&self, call: Evidence) {
        let target = MADE_FOR.try_with(RecordRef::clone).ok();
        let headers = call.headers.iter().map(|(name, value)| json!({ "name": name, "value": value }));
        let told = json!({
            "account": call.account, "method": call.method, "url": call.url,
            "headers": headers.collect::<Vec<_>>(), "user": call.user, "variables": call.variables, "body": call.body,
            "status": call.status, "failure": call.failure, "request_id": call.request_id, "answer": call.answer,
            "took_ms": u64::try_from(call.took.as_millis()).unwrap_or(u64::MAX),
        });
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < CALLS_WAITING_MAX {
            waiting.push(CallEntry { at: call.at, target, told: told.to_string() });
        }
    }
}

/// Does the work of a record, so that its calls are known as made for it.
pub(crate) async fn made_for<F: Future>(target: RecordRef, work: F) -> F::Output {
    MADE_FOR.scope(target, work).await
}

impl Evidences {
    /// The calls that wait: whoever takes them keeps them.
    pub fn taken(&self) -> Vec<CallEntry> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
