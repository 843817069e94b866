//! Looks for changes at every interval.

use std::sync::Arc;

use super::look::{Look, look};
use super::schedule;
use crate::runtime::runtime::Runtime;

/// Looks for changes at every interval until the runtime stops. The first start is a sweep.
pub async fn poll(runtime: Arc<Runtime>) {
    schedule::first(&runtime).await;
    loop {
        if let Err(trouble) = look(&runtime, Look::Changes).await {
            tracing::warn!(%trouble, "changes could not be looked for");
        }
        if runtime.pause(runtime.poll_interval).await {
            return;
        }
    }
}
