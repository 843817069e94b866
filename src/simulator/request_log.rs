//! What a simulated system was asked, for tests that count calls.
//!
//! Counts every request by method and path with ids blanked, and keeps the latest writes word by
//! word. Bounded, so that a long run cannot fill the memory.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value as Json, json};

use crate::world::{Method, Request};

/// Writes kept; older ones are forgotten first.
const WRITES_MAX: usize = 10_000;
/// Different methods and paths counted; further ones share one row.
const ROUTES_MAX: usize = 1_000;
/// Different callers noted.
const AGENTS_MAX: usize = 100;
/// Bytes of a body kept with a write.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// The counts and the writes.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    total: u64,
    writes: u64,
    committed: u64,
    counts: BTreeMap<String, u64>,
    /// What callers call themselves, the first few.
    agents: BTreeSet<String>,
    latest: VecDeque<Json>,
}

impl RequestLog {
    /// Notes a request, the status the system gave (none where a fault kept it from being
    /// handled) and the status the caller saw (none where the connection was cut).
    pub(super) fn note(&mut self, request: &Request, handled: Option<u16>, answered: Option<u16>) {
        self.total += 1;
        if self.agents.len() < AGENTS_MAX {
            let agent = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
            self.agents.insert(agent.map(|(_, value)| value.clone()).unwrap_or_default());
        }
        let route = format!("{} {}", request.method, template(&request.url));
        let known = self.counts.len() < ROUTES_MAX || self.counts.contains_key(&route);
        *self.counts.entry(if known { route } else { "other".to_owned() }).or_default() += 1;
        if request.method == Method::Get {
            return;
        }
        self.writes += 1;
        self.committed += u64::from(handled.is_some_and(|status| (200..300).contains(&status)));
        if self.latest.len() >= WRITES_MAX {
            self.latest.pop_front();
        }
        self.latest.push_back(json!({
            "method": request.method.as_str(),
            "path": request.url,
            "body": body(&request.body),
            "handled": handled,
            "answered": answered,
        }));
    }

    pub(super) fn to_json(&self) -> Json {
        json!({
            "total": self.total,
            "writes": self.writes,
            "committed": self.committed,
            "counts": self.counts,
            "agents": self.agents,
            "log": self.latest,
        })
    }
}

/// The path without its query, ids blanked.
fn template(url: &str) -> String {
    let path = url.split('?').next().unwrap_or(url);
    path.split('/').map(|segment| if is_id(segment) { "{id}" } else { segment }).collect::<Vec<_>>().join("/")
}

/// Whole numbers and long hexadecimal names are ids; `v2` is not.
fn is_id(segment: &str) -> bool {
    let digits = segment.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = segment.len() >= 16 && segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    !segment.is_empty() && (digits || hexadecimal)
}

fn body(bytes: &[u8]) -> Json {
    if bytes.is_empty() {
        return Json::Null;
    }
    let kept = bytes.get(..BODY_BYTES_MAX).unwrap_or(bytes);
    serde_json::from_slice(kept).unwrap_or_else(|_| Json::String(String::from_utf8_lossy(kept).into_owned()))
}
