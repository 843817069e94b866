//! Who may see a page, and what every page tells the browser to forbid.
//!
//! Whoever is not signed in gets the page that takes the token, in the place of the one that was asked for.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderName, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::html;

use super::frame::{Visit, alone, moved_to, store_failed};
use crate::server::guard::{Way, refusal, same};
use crate::server::query::pairs;
use crate::server::session;
use crate::server::shared::Shared;
use crate::store::StoreError;

/// What a page may load, and who may hold it in a frame: only this service, and nobody.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// The page that takes the token, and the way out.
pub(super) fn routes(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-out", post(sign_out))
        .layer(from_fn_with_state(shared.clone(), lobby))
}

/// Lets through who is signed in.
pub(super) async fn door(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    through(&shared, request, next, Way::Page).await
}

async fn lobby(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    through(&shared, request, next, Way::SignIn).await
}

async fn through(shared: &Shared, mut request: Request, next: Next, way: Way) -> Response {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let refused = match refusal(shared, &request, way) {
        None if way == Way::Page => match was_ended(shared, request.headers()).await {
            Ok(ended) => ended.then_some((StatusCode::UNAUTHORIZED, "")),
            Err(error) => return forbidding(store_failed(&error)),
        },
        refused => refused,
    };
    let answer = match refused {
        Some((StatusCode::UNAUTHORIZED, _)) => form(shared, StatusCode::UNAUTHORIZED, (&path, None)),
        Some((status, why)) => alone(status, why),
        None => {
            let visit = Visit::of(shared, request.headers(), path);
            request.extensions_mut().insert(visit);
            next.run(request).await
        }
    };
    forbidding(answer)
}

/// Whether the sign-in that a request comes with was ended.
async fn was_ended(shared: &Shared, headers: &HeaderMap) -> Result<bool, StoreError> {
    let Some(token) = &shared.admission.token else { return Ok(false) };
    match session::carried(token, headers, shared.runtime.world.clock.now()) {
        Some(session) => session::is_ended(shared.runtime.store.as_ref(), &session).await,
        None => Ok(false),
    }
}

/// With what a browser is to forbid.
fn forbidding(mut answer: Response) -> Response {
    let policy = HeaderName::from_static("content-security-policy");
    let told = [
        (policy, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in told {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// The page that takes the token; `wrong`: why the last one was not taken.
fn form(shared: &Shared, status: StatusCode, (to, wrong): (&str, Option<&str>)) -> Response {
    let body = html! {
        form.card.narrow method="post" action="/sign-in" {
            h1 { "Sign in" }
            @if let Some(wrong) = wrong { p.said.bad role="alert" { (wrong) } }
            input type="hidden" name="to" value=(to);
            label for="token" { "Admin token" }
            input #token type="password" name="token" autocomplete="current-password" autofocus required;
            button.main type="submit" { "Sign in" }
            p.dim { "It is what the service was started with as " code { "PETIOLE_ADMIN_TOKEN" } "." }
            @if !shared.loopback { p.dim { "Your browser keeps the sign-in over HTTPS only." } }
        }
    };
    (status, super::frame::bare("Sign in", &body)).into_response()
}

async fn show(State(shared): State<Shared>, uri: Uri) -> Response {
    let asked = pairs(uri.query().unwrap_or_default());
    form(&shared, StatusCode::OK, (asked.get("to").map_or("/", String::as_str), None))
}

async fn sign_in(State(shared): State<Shared>, body: Bytes) -> Response {
    let asked = pairs(&String::from_utf8_lossy(&body));
    let word = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let Some(token) = &shared.admission.token else { return moved_to("/") };
    if !same(word("token"), token) {
        return form(&shared, StatusCode::UNAUTHORIZED, (word("to"), Some("This is not the token.")));
    }
    let world = &shared.runtime.world;
    let begun = session::begun(token, (world.clock.now(), world.random.below(u64::MAX)), shared.loopback);
    with_cookie(moved_to(own_path(word("to"))), begun)
}

async fn sign_out(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let now = shared.runtime.world.clock.now();
    let carried = shared.admission.token.as_ref().and_then(|token| session::carried(token, &headers, now));
    if let Some(session) = carried
        && let Err(error) = session::end(shared.runtime.store.as_ref(), &session, now).await
    {
        return store_failed(&error);
    }
    with_cookie(moved_to("/sign-in"), Some(session::ended(shared.loopback)))
}

fn with_cookie(mut answer: Response, cookie: Option<String>) -> Response {
    if let Some(value) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        answer.headers_mut().append(SET_COOKIE, value);
    }
    answer
}

/// A path of this service; whatever else was asked for leads to the first page.
fn own_path(to: &str) -> &str {
    let is_plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_plain && to.starts_with('/') && !to.starts_with("//") { to } else { "/" }
}
