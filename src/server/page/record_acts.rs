//! What the buttons of a record's page do: it alone is brought into step, waits, goes on, or takes the other side.

use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::Visit;
use super::inbox_acts::{Form, NotDone, answered};
use super::parts::record_path;
use crate::runtime::service::pass::{Pass, Scope, pass};
use crate::runtime::service::{holding, taking};
use crate::server::shared::Shared;
use crate::value::timestamp;

/// How long a person waits for a peer that puts work off.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn act(
    State(shared): State<Shared>,
    Extension(visit): Extension<Visit>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let done = done(&shared, &name, &Form::of(&body)).await;
    answered(&shared, &visit, (&record_path(&name), done)).await
}

async fn done(shared: &Shared, name: &str, form: &Form) -> Result<String, NotDone> {
    let runtime = &shared.runtime;
    match form.needed("do")? {
        "sync" => {
            let record = runtime.named(name).await.map_err(|words| NotDone::new(StatusCode::NOT_FOUND, words))?;
            let only = Pass { scope: Scope::Only(record), confirmed: false, patience: PATIENCE };
            let report = pass(runtime, &only).await;
            let report = report.map_err(|trouble| NotDone::new(StatusCode::BAD_GATEWAY, trouble.to_string()))?;
            Ok(report.to_string().lines().collect::<Vec<_>>().join("; "))
        }
        "hold" => {
            let word = holding::Word { until: None, because: form.word("because").unwrap_or_default() };
            let halt = runtime.halt_named(name, word).await?;
            let since = timestamp::text_to_second(halt.since);
            Ok(format!("It waits since {since}, until a word. Nothing of it is lost."))
        }
        "release" => runtime.lift_named(name).await.map(|_| "It goes on.".to_owned()).map_err(NotDone::from),
        "take" => {
            let group = form.needed("group")?;
            let word = taking::Word { group, by: "a person", because: form.word("because").unwrap_or_default() };
            runtime.take_named(name, word).await?;
            Ok(format!("The other side's {group} is carried over."))
        }
        other => Err(NotDone::new(StatusCode::BAD_REQUEST, format!("nothing is done that is called `{other}`"))),
    }
}
