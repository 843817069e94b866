//! How administration says that something failed: a status, and why as JSON.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::store::StoreError;

pub(super) fn store_failed(error: &StoreError) -> Response {
    fail(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
}

pub(super) fn fail(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}
