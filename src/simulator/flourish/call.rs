//! One request, taken apart: path, query, headers, JSON body.
//!
//! Knows the conventions that all resources share and no resource. Hosts are read from the
//! request, so that links in answers lead back to wherever the caller came from.

use serde_json::Value as Json;

use super::query::Query;
use super::reply::Refusal;
use crate::world::{Method, Request};

/// Where links lead when the request names no host.
const PUBLIC_ORIGIN: &str = "https://app.flourishsoftware.com";

/// A request with its parsed query.
pub(super) struct Call<'a> {
    request: &'a Request,
    /// The decoded query parameters.
    pub(super) query: Query,
}

impl<'a> Call<'a> {
    pub(super) fn new(request: &'a Request) -> Self {
        let query = request.url.split_once('?').map(|(_, query)| query).unwrap_or_default();
        Self { request, query: Query::parse(query) }
    }

    pub(super) fn method(&self) -> Method {
        self.request.method
    }

    /// The path without the query.
    pub(super) fn path(&self) -> &'a str {
        self.request.url.split('?').next().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.request.header(name)
    }

    /// Scheme and host that the caller used.
    pub(super) fn origin(&self) -> String {
        let scheme = self.header("x-forwarded-proto").unwrap_or("http");
        self.header("host").map_or_else(|| PUBLIC_ORIGIN.to_owned(), |host| format!("{scheme}://{host}"))
    }

    /// The body as it came.
    pub(super) fn bytes(&self) -> &'a [u8] {
        &self.request.body
    }

    /// The body as JSON.
    pub(super) fn body(&self) -> Result<Json, Refusal> {
        serde_json::from_slice(&self.request.body)
            .map_err(|error| Refusal::bad(format!("request body is not valid JSON: {error}")))
    }
}
