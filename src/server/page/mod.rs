//! The dashboard: pages for the people who live with the sync, made here and whole without a script.
//!
//! Shows what `view` tells, as the command line and the API do, and works nothing out anew. Whatever a peer said is
//! text: escaped, its control characters spelt, never a link.

mod account;
mod assets;
mod changes;
mod crossing;
mod door;
mod find;
mod frame;
mod inbox;
mod inbox_acts;
mod live;
mod now;
mod parts;
mod record;
mod record_acts;
mod record_values;
mod rules;
mod rules_then;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::admin::to_its_end;
use super::shared::Shared;

/// The pages, behind the sign-in; what else is asked for is told that it is not there.
pub(super) fn routes(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/", get(now::show))
        .route("/sweep", post(now::sweep))
        .route("/find", get(find::show))
        .route("/inbox", get(inbox::show).post(inbox_acts::act))
        .route("/r/{*name}", get(record::show).post(record_acts::act))
        .route("/changes", get(changes::show).post(changes::act))
        .route("/rules", get(rules::show).post(rules::reload))
        .route("/accounts/{name}", get(account::show))
        .route("/live", get(live::stream))
        .fallback(frame::not_there)
        .method_not_allowed_fallback(frame::not_so)
        .layer(from_fn_with_state(shared.clone(), door::door))
        .merge(door::routes(shared))
        .layer(from_fn_with_state(shared.clone(), to_its_end))
        .merge(assets::routes())
}
