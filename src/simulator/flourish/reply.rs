//! The envelope around every answer, and refusals in the API's own shape.
//!
//! Success is always 200 with `message`, `status` and `data`; nothing found by id is 204 without
//! a body on outbound orders; a refusal is `{"message","status"}` and nothing else.

use serde_json::{Value as Json, json};

use super::call::Call;
use crate::world::Response;

/// What a resource answers.
pub(super) type Answer = Result<Reply, Refusal>;

/// A good answer.
pub(super) enum Reply {
    /// `data` alone.
    Data(Json),
    /// `data` with `meta`.
    Page {
        /// Total, offset, limit, count and next.
        meta: Json,
        /// The rows.
        rows: Vec<Json>,
    },
    /// JSON without the envelope, for control paths.
    Bare(Json),
    /// 204.
    Nothing,
}

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: u16,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// A 400.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// A 404 for a path or an id. Undocumented.
    pub(super) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }
}

/// The answer as HTTP. Control paths answer 200 or 400 only.
pub(super) fn respond(call: &Call, answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(Reply::Nothing) => return Response { status: 204, headers: Vec::new(), body: Vec::new() },
        Ok(Reply::Data(data)) => (200, json!({"message": "Success", "status": 200, "data": data})),
        Ok(Reply::Page { meta, rows }) => {
            (200, json!({"message": "Success", "status": 200, "meta": meta, "data": rows}))
        }
        Ok(Reply::Bare(body)) => (200, body),
        Err(refusal) => {
            let status = if call.path().starts_with("/_control/") { 400 } else { refusal.status };
            (status, json!({"message": refusal.message, "status": status}))
        }
    };
    Response {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    }
}
