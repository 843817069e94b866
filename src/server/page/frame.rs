//! What stands around every page: where one is, what waits, the search, and what was just done.

use axum::extract::State;
use axum::http::header::{HOST, HeaderName, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, http::Method};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as TEXT;
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::parts::shown;
use crate::server::session;
use crate::server::shared::Shared;
use crate::store::StoreError;
use crate::view::shown::plain;

/// The name under which a browser keeps what was just done, until the next page shows it.
const SAID: &str = "petiole_said";

/// How long it keeps that, in seconds.
const SAID_SECONDS: i64 = 20;

/// Letters of what was just done that are shown.
const SAID_MAX: usize = 600;

/// What the library that makes pages livelier may do: no styles and no code of its own making.
const LIVELY: &str =
    r#"{"includeIndicatorStyles":false,"allowEval":false,"historyCacheSize":0,"selfRequestsOnly":true}"#;

/// Where a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Now,
    Inbox,
    Changes,
    Rules,
    Elsewhere,
}

/// A request of a page, by somebody who may see it.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// When.
    pub(super) now: Timestamp,
    /// What was asked for.
    pub(super) path: String,
    /// The name under which the service was asked for, with its port.
    pub(super) host: String,
    /// What was just done, to be said once.
    said: Option<String>,
    /// Whether there is a sign-in that can be ended.
    signed_in: bool,
    loopback: bool,
}

impl Visit {
    pub(super) fn of(shared: &Shared, headers: &HeaderMap, path: String) -> Self {
        let said = session::cookies(headers, SAID).find_map(|kept| String::from_utf8(TEXT.decode(kept).ok()?).ok());
        Self {
            now: shared.runtime.world.clock.now(),
            path,
            host: host_of(headers),
            said,
            signed_in: shared.admission.token.is_some(),
            loopback: shared.loopback,
        }
    }
}

/// The host that was asked for, where it is a name that goes into a command as it is.
fn host_of(headers: &HeaderMap) -> String {
    let asked = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
    if asked.is_empty() || !asked.chars().all(is_plain) { "localhost".to_owned() } else { asked.to_owned() }
}

/// A page with its frame.
pub(super) async fn page(shared: &Shared, visit: &Visit, (title, place): (&str, Place), body: Markup) -> Response {
    framed(shared, visit, Head { status: StatusCode::OK, title, place }, body).await
}

/// What a page is, in its head.
struct Head<'a> {
    status: StatusCode,
    title: &'a str,
    place: Place,
}

async fn framed(shared: &Shared, visit: &Visit, Head { status, title, place }: Head<'_>, body: Markup) -> Response {
    let parked = match shared.runtime.store.counts().await {
        Ok(counts) => counts.parked,
        Err(error) => return alone(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    };
    let head = head(shared, visit, place, parked);
    let whole = html! {
        a.skip href="#main" { "To the content" }
        (head)
        main #main {
            @if let Some(said) = &visit.said { p.said role="status" { (shown(said)) } }
            (body)
        }
    };
    let mut answer = (status, document(title, &whole)).into_response();
    if visit.said.is_some() {
        set_cookie(&mut answer, &session::kept(SAID, "", 0, visit.loopback));
    }
    answer
}

fn head(shared: &Shared, visit: &Visit, place: Place, parked: u64) -> Markup {
    let held = shared.runtime.brake.stopped().is_some();
    let generation = shared.runtime.live.load().generation;
    let current = |here: Place| (here == place).then_some("page");
    html! {
        header.top {
            a.brand href="/" { img src="/assets/mark.svg" alt="" width="18" height="18"; "petiole" }
            nav aria-label="Pages" {
                a href="/" aria-current=[current(Place::Now)] { "Now" }
                a href="/inbox" aria-current=[current(Place::Inbox)] {
                    "Inbox" @if parked > 0 { " " span.badge { (parked) } }
                }
                a href="/changes" aria-current=[current(Place::Changes)] {
                    "Changes" @if held { " " span.badge { "waits" } }
                }
                a href="/rules" aria-current=[current(Place::Rules)] {
                    "Rules" " " span.dim title=(format!("generation {generation}")) { "gen " (generation) }
                }
            }
            form.search method="get" action="/find" role="search" {
                input type="search" name="text" aria-label="Find a record"
                    placeholder="Number, SKU, license, name, e-mail";
                button type="submit" { "Find" }
            }
            @if visit.signed_in {
                form method="post" action="/sign-out" { button.quiet type="submit" { "Sign out" } }
            }
        }
    }
}

/// A document without a frame.
pub(super) fn bare(title: &str, body: &Markup) -> Html<String> {
    document(title, &html! { main #main { (body) } })
}

fn document(title: &str, body: &Markup) -> Html<String> {
    let whole = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(LIVELY);
                title { (plain(title)) " · petiole" }
                link rel="icon" href="/assets/mark.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/style.css";
                script src="/assets/htmx.min.js" defer {}
                script src="/assets/live.js" defer {}
            }
            body { (body) }
        }
    };
    Html(whole.into_string())
}

/// Something was done: the page that shows it says so, once.
pub(super) fn done(visit: &Visit, to: &str, said: &str) -> Response {
    let said: String = said.chars().take(SAID_MAX).collect();
    let mut answer = moved_to(to);
    set_cookie(&mut answer, &session::kept(SAID, &TEXT.encode(said), SAID_SECONDS, visit.loopback));
    answer
}

/// What was asked for could not be done, and why.
pub(super) async fn failed(shared: &Shared, visit: &Visit, status: StatusCode, why: &str) -> Response {
    let title = if status == StatusCode::NOT_FOUND { "Not there" } else { "Not done" };
    let body = html! {
        section.card {
            h1 { (title) }
            p.said.bad role="alert" { (shown(why)) }
            p { a href="/" { "Now" } " · " a href="/inbox" { "Inbox" } }
        }
    };
    framed(shared, visit, Head { status, title, place: Place::Elsewhere }, body).await
}

/// The store could not be read.
pub(super) fn store_failed(error: &StoreError) -> Response {
    alone(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
}

/// What is asked for is no page.
pub(super) async fn not_there(
    State(shared): State<Shared>,
    Extension(visit): Extension<Visit>,
    method: Method,
) -> Response {
    // Programs ask there, and read no pages.
    if visit.path.starts_with("/api/") || visit.path.starts_with("/webhooks/") || method != Method::GET {
        return StatusCode::NOT_FOUND.into_response();
    }
    failed(&shared, &visit, StatusCode::NOT_FOUND, &format!("There is no page {}.", visit.path)).await
}

/// A page is asked for in a way that it does not have.
pub(super) async fn not_so(State(shared): State<Shared>, Extension(visit): Extension<Visit>) -> Response {
    let why = format!("{} is not asked for in this way.", visit.path);
    failed(&shared, &visit, StatusCode::METHOD_NOT_ALLOWED, &why).await
}

/// A sentence, where nothing can be shown around it.
pub(super) fn alone(status: StatusCode, why: &str) -> Response {
    let body = html! { section.card.narrow { h1 { (status.as_u16()) } p role="alert" { (shown(why)) } } };
    (status, bare("petiole", &body)).into_response()
}

/// On to another page, by a look.
pub(super) fn moved_to(path: &str) -> Response {
    let to = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

fn set_cookie(answer: &mut Response, cookie: &str) {
    let name: HeaderName = SET_COOKIE;
    if let Ok(value) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(name, value);
    }
}
