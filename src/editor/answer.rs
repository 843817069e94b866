//! Requests and what answers each: one line for each method.

use lsp_server::{ErrorCode, Request, Response};

use super::session::Session;

/// The answer to a request.
pub(super) fn answer(_session: &mut Session<'_>, request: Request) -> Response {
    let message = format!("petiole does not know `{}`", request.method);
    Response::new_err(request.id, ErrorCode::MethodNotFound as i32, message)
}
