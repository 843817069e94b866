//! Who may use `/api`: the token, and nothing that a page of somebody else makes a browser send.
//!
//! A page in a browser on this machine reaches a service on loopback, too: by a form, a script, or a name of its own
//! that leads here (DNS rebinding). So the name that was asked for, the page that asks and the form of the body count,
//! whatever the token. Webhooks are signed and none of this concerns them.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::answers::fail;
use super::session;
use super::shared::Shared;

/// What a browser says about where a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// How a browser sends a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// Which way a request comes in: what its body may be, and by what its sender is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Programs: JSON, and the token itself.
    Api,
    /// Pages: forms, and what a browser keeps of a sign-in beside the token.
    Page,
    /// The page that takes the token: it asks for none.
    SignIn,
}

/// Lets a request through, or answers why not.
pub async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match refusal(&shared, &request, Way::Api) {
        Some((status, text)) => fail(status, text),
        None => next.run(request).await,
    }
}

/// Why a request is not let through, if it is not.
pub(super) fn refusal(shared: &Shared, request: &Request, way: Way) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    // A target in absolute form names the host itself.
    let asked = request.uri().authority().map(axum::http::uri::Authority::as_str).or_else(|| header(headers, &HOST));
    if !asked.is_some_and(|host| is_ours(host, &shared.admission.allowed_hosts)) {
        let text = "this service is not asked for under that name; --allowed-host (PETIOLE_ALLOWED_HOSTS) names others";
        return Some((StatusCode::MISDIRECTED_REQUEST, text));
    }
    if request.method() != Method::GET {
        if is_foreign(headers, asked.unwrap_or_default()) && !(way != Way::Api && is_own_form(headers)) {
            return Some((StatusCode::FORBIDDEN, "a page of another origin asks for this"));
        }
        let (form, wanted) = match way {
            Way::Api => ("application/json", "send the body as application/json"),
            Way::Page | Way::SignIn => (FORM, "send the body as a form: application/x-www-form-urlencoded"),
        };
        if header(headers, &CONTENT_TYPE).is_some_and(|kind| !is_of(kind, form)) {
            return Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, wanted));
        }
    }
    let given = header(headers, &AUTHORIZATION);
    match &shared.admission.token {
        Some(_) if way == Way::SignIn => None,
        Some(token) if way == Way::Page && carries(token, headers, shared) => None,
        None if shared.loopback => None,
        None => Some((StatusCode::FORBIDDEN, "set PETIOLE_ADMIN_TOKEN to use this from another machine")),
        Some(token) if given.is_some_and(|given| same(given, &format!("Bearer {token}"))) => None,
        Some(_) => Some((StatusCode::UNAUTHORIZED, "the token is missing or wrong")),
    }
}

/// Whether a browser kept a sign-in that holds; whether it was ended since, the store knows.
fn carries(token: &str, headers: &HeaderMap, shared: &Shared) -> bool {
    session::carried(token, headers, shared.runtime.world.clock.now()).is_some()
}

fn header<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a host is an address, this machine's own name for itself, or one that was allowed. Ports do not count.
fn is_ours(host: &str, allowed: &[String]) -> bool {
    let name = name_of(host);
    let literal = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok();
    let named = |known: &str| name_of(known).eq_ignore_ascii_case(name);
    literal || named("localhost") || allowed.iter().any(|known| named(known))
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    let host = host.trim();
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Whether a browser says that another site's page sends this. Programs say nothing of the kind.
fn is_foreign(headers: &HeaderMap, asked: &str) -> bool {
    let site = header(headers, &SEC_FETCH_SITE);
    let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, host)| host.eq_ignore_ascii_case(asked));
    site.is_some_and(|site| !["same-origin", "none"].contains(&site)) || origin.is_some_and(|origin| !own(origin))
}

/// Whether a browser says that the form is this service's own. As pages tell nobody where somebody comes from, the
/// origin of their forms is not told either.
fn is_own_form(headers: &HeaderMap) -> bool {
    header(headers, &SEC_FETCH_SITE) == Some("same-origin") && header(headers, &ORIGIN) == Some("null")
}

fn is_of(kind: &str, wanted: &str) -> bool {
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// Compares without telling by time where two texts differ.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (x, y)| differs | (x ^ y)) == 0
}
