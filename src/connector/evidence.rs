//! What a call was and what came back, for people: with every secret struck out, and where it came from in its place.
//!
//! Calls that write are told of, and others that failed: what is read is journalled with the decisions made from it.
//! Bounded; keeps nothing itself.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;

use super::account::ResolvedAccount;
use super::opening::Named;
use crate::world::{Method, Request, Response, TransportError};

/// The most of a body that is told, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// Where a peer names an exchange, so that its people find it.
const NAMES: [&str; 5] = ["X-Request-Id", "Request-Id", "X-Correlation-Id", "X-Amzn-Trace-Id", "CF-Ray"];

/// One call, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// When it was sent.
    pub at: Timestamp,
    /// The account.
    pub account: String,
    /// The method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers that were sent; in the place of a secret stands `$` and the variable that it came from.
    pub headers: Vec<(String, String)>,
    /// User and password as they were sent with basic authentication, with variables as in the headers.
    pub user: Option<String>,
    /// The variables that stand in the address, in headers and in the user.
    pub variables: Vec<String>,
    /// The body that was sent.
    pub body: String,
    /// The status that came back, if any did.
    pub status: Option<u16>,
    /// Why no answer came.
    pub failure: Option<String>,
    /// The peer's own name for the exchange.
    pub request_id: Option<String>,
    /// The body that came back.
    pub answer: String,
    /// How long it took.
    pub took: Duration,
}

/// Who is told of calls.
pub trait Witness: Send + Sync {
    /// A call was made.
    fn saw(&self, call: Evidence);
}

/// A place for a witness, which may come later.
pub(super) type Seat = Arc<OnceLock<Arc<dyn Witness>>>;

/// A request as it is sent, kept until its answer is there; none where nobody would be told.
pub(super) struct Sent {
    request: Request,
    at: Timestamp,
    begun: Timestamp,
    opened: Named,
}

impl Sent {
    /// A request that is about to be sent, by both clocks.
    pub(super) fn of(seat: &Seat, request: &Request, (at, begun): (Timestamp, Timestamp)) -> Option<Self> {
        seat.get()?;
        Some(Self { request: request.clone(), at, begun, opened: Named::default() })
    }

    /// The same with what opens the account, which it is told of by name alone.
    pub(super) fn opened_by(self, opened: Named) -> Self {
        Self { opened, ..self }
    }

    /// Tells what came back.
    pub(super) fn ended(
        self,
        (seat, account): (&Seat, &ResolvedAccount),
        answer: &Result<Response, TransportError>,
        steady: Timestamp,
    ) {
        let Self { request, at, begun, opened } = self;
        let went_well = answer.as_ref().is_ok_and(|answer| answer.status < 400);
        let Some(witness) = seat.get().filter(|_| request.method != Method::Get || !went_well) else { return };
        let shown = |bytes: &[u8]| cut(account.redact(&String::from_utf8_lossy(bytes)));
        let header = |(name, value): &(String, String)| (name.clone(), account.by_name(value));
        let found = answer.as_ref().ok();
        let named = found.and_then(|found| NAMES.into_iter().find_map(|name| found.header(name)));
        witness.saw(Evidence {
            at,
            account: account.name.clone(),
            method: request.method.as_str().to_owned(),
            url: opened.address(&account.shown_of(&request.url)),
            variables: account
                .secrets
                .keys()
                .map(|name| account.variable_of(name).to_owned())
                .chain(opened.variables())
                .collect(),
            headers: request.headers.iter().map(header).chain(opened.headers).collect(),
            user: opened.user,
            body: shown(&request.body),
            status: found.map(|found| found.status),
            failure: answer.as_ref().err().map(|error| account.redact(&error.to_string())),
            request_id: named.map(|name| cut(account.redact(name))),
            answer: found.map(|found| shown(&found.body)).unwrap_or_default(),
            took: Duration::try_from(steady.duration_since(begun)).unwrap_or_default(),
        });
    }
}

/// The beginning of a text that is too long, with a word of how much is left out.
fn cut(text: String) -> String {
    if text.len() <= BODY_BYTES_MAX {
        return text;
    }
    let end = text.floor_char_boundary(BODY_BYTES_MAX);
    let left = text.len() - end;
    format!("{}… and {left} bytes more", text.get(..end).unwrap_or_default())
}
