//! An answer of a peer, as HTTP has it.

use serde_json::Value as Json;

use crate::world::Response;

pub(super) fn respond(status: u16, body: &Json) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status, headers, body: body.to_string().into_bytes() }
}
