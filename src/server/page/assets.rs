//! What pages are dressed in: one stylesheet, one mark, a script that has an open page look at itself again, and the
//! library that it does that with, as it was published.
//!
//! Held in the program, and told apart by their contents, so that a browser asks for each once. Open to everybody:
//! there is nothing in them. `vendor/README.md` says where the library comes from; a test holds that it is that.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::value::digest;

/// How long a browser takes one without asking, in the form of the header.
const KEPT: &str = "public, max-age=300";

/// One file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// All of them.
const ASSETS: [Asset; 4] = [
    Asset { name: "style.css", kind: "text/css; charset=utf-8", bytes: include_bytes!("style.css") },
    Asset { name: "mark.svg", kind: "image/svg+xml", bytes: include_bytes!("mark.svg") },
    Asset { name: "htmx.min.js", kind: SCRIPT, bytes: include_bytes!("vendor/htmx.min.js") },
    Asset { name: "live.js", kind: SCRIPT, bytes: include_bytes!("live.js") },
];

/// The route.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(asset))
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", digest::of_bytes(asset.bytes));
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let told = [(ETAG, tag.as_str()), (CACHE_CONTROL, KEPT), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    if known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    (told, [(CONTENT_TYPE, asset.kind)], asset.bytes).into_response()
}
