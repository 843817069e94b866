//! How many calls a peer still takes, where its system file names the headers in which it says so.
//!
//! A bucket that leaks at the even rate of the limits; what does not fit is refused with 429.

use std::time::Duration;

use jiff::Timestamp;

use crate::language::plan::{Allowance, Limits, ResetForm, System};
use crate::world::Response;

/// What is in the bucket.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    /// How long it takes to be empty.
    filled: Duration,
    /// When that was so.
    at: Option<Timestamp>,
}

impl Bucket {
    /// Takes a call in. False: it is full.
    pub(super) fn take(&mut self, limits: &Limits, now: Timestamp) -> bool {
        let since = self.at.map(|at| now.duration_since(at).unsigned_abs()).unwrap_or_default();
        self.filled = self.filled.saturating_sub(since);
        self.at = Some(now);
        let each = each(limits);
        let fits = self.filled + each <= each.saturating_mul(limits.burst.max(1));
        self.filled += if fits { each } else { Duration::ZERO };
        fits
    }

    /// Says in an answer what is left.
    pub(super) fn tell(&self, system: &System, response: &mut Response) {
        let Allowance { remaining, used, reset, form } = &system.allowance;
        let (each, all) = (each(&system.limits), u128::from(system.limits.burst.max(1)));
        let made = self.filled.as_nanos().div_ceil(each.as_nanos().max(1)).min(all);
        let mut say = |name: &str, text: String| response.headers.push((name.to_owned(), text));
        match used {
            Some(name) => say(name, format!("{made}/{all}")),
            None => say(remaining, (all - made).to_string()),
        }
        if made == all {
            let (seconds, now) = (self.filled.as_secs() + 1, self.at.map(Timestamp::as_second).unwrap_or_default());
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
            let time = match form {
                ResetForm::Either | ResetForm::Seconds => seconds,
                ResetForm::Milliseconds => seconds.saturating_mul(1000),
                ResetForm::Epoch => now.saturating_add(seconds),
            };
            say(reset, time.to_string());
        }
    }
}

/// How long a call stays in the bucket.
fn each(limits: &Limits) -> Duration {
    Duration::from_mins(1) / limits.per_minute.max(1)
}
