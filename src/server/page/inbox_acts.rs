//! What the buttons of the inbox do: one entry, all of a cause, or what is named. Every deed is the runtime's own.

use std::collections::BTreeMap;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::{self, Visit};
use crate::runtime::pairing::crosswalk;
use crate::runtime::service::holding;
use crate::server::holding::status_of;
use crate::server::inbox::status_of_match;
use crate::server::query;
use crate::server::shared::Shared;
use crate::store::{ParkHead, StoreError};
use crate::value::timestamp;
use crate::view::causes::key;
use crate::view::shown::plain;
use crate::view::told::counted;

/// Why a deed was not done.
pub(super) struct NotDone {
    pub(super) status: StatusCode,
    pub(super) why: String,
}

impl NotDone {
    pub(super) fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into() }
    }
}

impl From<StoreError> for NotDone {
    fn from(error: StoreError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}

impl From<holding::Unheard> for NotDone {
    fn from(unheard: holding::Unheard) -> Self {
        Self::new(status_of(&unheard), unheard.to_string())
    }
}

impl From<crosswalk::MatchError> for NotDone {
    fn from(error: crosswalk::MatchError) -> Self {
        Self::new(status_of_match(&error), error.to_string())
    }
}

/// The fields of a form.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn of(body: &[u8]) -> Self {
        Self(query::pairs(&String::from_utf8_lossy(body)))
    }

    /// What a field says; nothing where it is empty or not there.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    pub(super) fn needed(&self, name: &str) -> Result<&str, NotDone> {
        let why = || NotDone::new(StatusCode::BAD_REQUEST, format!("the form lacks `{name}`"));
        self.word(name).ok_or_else(why)
    }
}

/// What was done leads back; what was not is told with its status.
pub(super) async fn answered(shared: &Shared, visit: &Visit, (to, done): (&str, Result<String, NotDone>)) -> Response {
    match done {
        Ok(said) => frame::done(visit, to, &said),
        Err(NotDone { status, why }) => frame::failed(shared, visit, status, &why).await,
    }
}

pub(super) async fn act(State(shared): State<Shared>, Extension(visit): Extension<Visit>, body: Bytes) -> Response {
    let form = Form::of(&body);
    let back = match form.word("do") {
        Some("hold" | "release") => "/inbox?tab=held".to_owned(),
        Some("hasten") => "/inbox?tab=retrying".to_owned(),
        _ => back(&shared, &form).await,
    };
    let done = done(&shared, &form).await;
    answered(&shared, &visit, (&back, done)).await
}

/// Back to the cause, where more of it is left than what is dealt with.
async fn back(shared: &Shared, form: &Form) -> String {
    let everything = "/inbox".to_owned();
    let cause = form.word("back").and_then(|back| back.strip_prefix("/inbox?cause="));
    let cause = cause.filter(|cause| cause.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let Some(cause) = cause else { return everything };
    let parks = shared.runtime.store.park_heads().await.unwrap_or_default();
    let left = parks.iter().filter(|park| key(park) == cause).count();
    if left > 1 { format!("/inbox?cause={cause}") } else { everything }
}

async fn done(shared: &Shared, form: &Form) -> Result<String, NotDone> {
    let runtime = &shared.runtime;
    match form.needed("do")? {
        "retry" => retry(shared, &meant(shared, form).await?).await,
        "drop" => drop_all(shared, &meant(shared, form).await?).await,
        word @ ("match" | "relink") => {
            let target = form.needed("target")?;
            let number = number(form)?;
            let word = crosswalk::Word { number, target, relink: word == "relink" };
            runtime.match_by_hand(word).await?;
            Ok(format!("{} is meant; the record goes on.", plain(target)))
        }
        "hold" => {
            let target = match form.word("id") {
                Some(_) => one(shared, form).await?.target.to_string(),
                None => form.needed("target")?.to_owned(),
            };
            let because = form.word("because").unwrap_or_default();
            let halt = runtime.halt_named(&target, holding::Word { until: form.word("until"), because }).await?;
            let until = halt.until.map_or_else(|| "a word".to_owned(), timestamp::text_to_second);
            Ok(format!("{} waits until {until}.", plain(&halt.reach.name())))
        }
        "release" => {
            let lifted = runtime.lift_named(form.needed("target")?).await?;
            Ok(format!("{} goes on, with {}.", plain(&lifted.reach.name()), counted(lifted.records, "record")))
        }
        "hasten" => {
            let count = runtime.retry_now(form.word("target")).await?;
            Ok(format!("{} tried now.", counted(count, "record")))
        }
        other => Err(NotDone::new(StatusCode::BAD_REQUEST, format!("nothing is done that is called `{other}`"))),
    }
}

fn number(form: &Form) -> Result<i64, NotDone> {
    form.needed("id")?.parse().map_err(|_| NotDone::new(StatusCode::NOT_FOUND, "there is no such entry"))
}

async fn one(shared: &Shared, form: &Form) -> Result<ParkHead, NotDone> {
    let park = shared.runtime.store.parks_numbered(&[number(form)?]).await?.pop();
    let gone = || NotDone::new(StatusCode::NOT_FOUND, "there is no such entry; it may be mended by now");
    park.map(ParkHead::from).ok_or_else(gone)
}

/// The entry that is named, or all of the cause that is, but for those that came after the page was made.
async fn meant(shared: &Shared, form: &Form) -> Result<Vec<i64>, NotDone> {
    let Some(cause) = form.word("cause") else { return Ok(vec![one(shared, form).await?.number]) };
    let parks = shared.runtime.store.park_heads().await?;
    let seen: i64 = form.needed("seen")?.parse().unwrap_or_default();
    let is_meant = |park: &&ParkHead| key(park) == cause && park.number <= seen;
    let found: Vec<i64> = parks.iter().filter(is_meant).map(|park| park.number).collect();
    if found.is_empty() {
        return Err(NotDone::new(StatusCode::NOT_FOUND, "nothing has this cause any more"));
    }
    Ok(found)
}

async fn retry(shared: &Shared, numbers: &[i64]) -> Result<String, NotDone> {
    let mut count = 0_u64;
    for number in numbers {
        count += u64::try_from(shared.runtime.store.retry(Some(*number)).await?).unwrap_or_default();
    }
    shared.runtime.nudge();
    Ok(format!("{} tried again now.", entries(count)))
}

async fn drop_all(shared: &Shared, numbers: &[i64]) -> Result<String, NotDone> {
    let mut count = 0_u64;
    for number in numbers {
        count += u64::from(shared.runtime.store.drop_park(*number).await?);
    }
    Ok(format!("{} dropped, until the record changes again.", entries(count)))
}

fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}
