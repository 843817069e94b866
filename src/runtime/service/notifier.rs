//! Tells the address in `settings.notify.webhook` what a person should know: work that was parked, an
//! account that is held back, rules that were not taken. Once per cause.
//!
//! How far the inbox was told is kept in the store, so that a restart neither repeats nor loses an
//! entry; what cannot be delivered now is tried again, later and later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::signals;
use crate::connector::{BreakerState, backoff};
use crate::runtime::happening::Happening;
use crate::runtime::live::NOTIFY_SETTING;
use crate::runtime::memory::signals::Place;
use crate::runtime::runtime::Runtime;
use crate::store::{Lead, Park, Role, StoreError};
use crate::value::timestamp;
use crate::world::{Method, Request};

/// Under which name the store keeps how far the inbox was told. No account is called so.
const KEPT: (&str, &str) = ("*", "notified");

/// How long it is waited after a look, so that what comes together is told together.
const PAUSE: Duration = Duration::from_millis(500);

/// How often it is looked whether there is news that does not tell of itself.
const LOOK: Duration = Duration::from_secs(5);

/// How far back entries may still come in after younger ones.
const OVERLAP: SignedDuration = SignedDuration::from_mins(1);

/// How long the address may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What was told already.
struct Notifier {
    runtime: Arc<Runtime>,
    happenings: Receiver<Happening>,
    /// Whether the inbox may hold news.
    parked: bool,
    /// Entries told since the start: those of one moment may come in any order.
    told: BTreeSet<i64>,
    /// Accounts of which it was told that they are held back.
    held_back: BTreeSet<String>,
    /// The findings of the last reload that failed.
    findings: Option<Json>,
    /// Entries of which it was told, and that are in the inbox still, with their records.
    open: BTreeMap<i64, String>,
    /// Whether it was told of an alarm that it began, as far as that is known.
    alarms: BTreeMap<Place, bool>,
}

/// Tells until the runtime stops.
pub async fn notify(runtime: Arc<Runtime>) {
    let happenings = runtime.listen();
    let mut notifier = Notifier {
        runtime: Arc::clone(&runtime),
        happenings,
        parked: true,
        told: BTreeSet::new(),
        held_back: BTreeSet::new(),
        findings: None,
        open: BTreeMap::new(),
        alarms: BTreeMap::new(),
    };
    let mut failures = 0;
    loop {
        let wait = match notifier.tell().await {
            Ok(()) => {
                failures = 0;
                PAUSE
            }
            Err(reason) => {
                failures += 1;
                tracing::warn!(reason, "a notice could not be delivered; it is tried again");
                backoff::delay(failures, None, runtime.world.random.as_ref())
            }
        };
        if runtime.pause(wait).await || failures == 0 && notifier.waits().await {
            return;
        }
    }
}

impl Notifier {
    /// Waits until something is parked, at most for a while. True: the runtime stops.
    async fn waits(&mut self) -> bool {
        if self.parked {
            // Another process tells, and only its end would make this one do so.
            return self.runtime.pause(LOOK).await;
        }
        let runtime = Arc::clone(&self.runtime);
        let is_parked = async {
            while !self.parked {
                match self.happenings.recv().await {
                    Ok(Happening::Parked { .. }) | Err(RecvError::Lagged(_)) => self.parked = true,
                    Ok(_) => {}
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        tokio::select! {
            biased;
            stops = runtime.pause(LOOK) => stops,
            () = is_parked => false,
        }
    }

    async fn tell(&mut self) -> Result<(), String> {
        loop {
            match self.happenings.try_recv() {
                Ok(Happening::Parked { .. }) | Err(TryRecvError::Lagged(_)) => self.parked = true,
                Ok(_) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if self.runtime.serving.load(std::sync::atomic::Ordering::Acquire)
            && let Err(trouble) = self.runtime.look_for_alarms().await
        {
            tracing::warn!(
                %trouble,
                "the store does not say what is overdue; alarms stand as they did, and it is asked again"
            );
        }
        let live = self.runtime.live.load_full();
        let url = live.setting(NOTIFY_SETTING).and_then(|value| value.as_text()).filter(|url| !url.is_empty());
        if self.parked && self.tell_parked(url).await? {
            self.parked = false;
        }
        self.tell_unparked(url).await?;
        for (account, peer) in &live.peers {
            match peer.breaker() {
                BreakerState::Open { until } if !self.held_back.contains(account) => {
                    let text = format!("calls to {account} are held back until {}", timestamp::text_to_second(until));
                    let body = json!({ "event": "breaker_open", "account": account,
                        "until": timestamp::text(until), "text": text });
                    self.send(url, &body).await?;
                    self.held_back.insert(account.clone());
                }
                BreakerState::Closed if self.held_back.contains(account) => {
                    let text = format!("{account} answers again");
                    let body = json!({ "event": "breaker_closed", "account": account, "text": text });
                    self.send(url, &body).await?;
                    self.held_back.remove(account);
                }
                BreakerState::Closed | BreakerState::Open { .. } | BreakerState::Probing => {}
            }
        }
        self.tell_reload(url).await?;
        self.tell_alarms(url).await
    }

    async fn tell_reload(&mut self, url: Option<&str>) -> Result<(), String> {
        let (_, last) = self.runtime.rules.to_json();
        if last.get("ok") == Some(&json!(true)) {
            if self.findings.is_some() {
                let text = "the rules are right again and serve";
                let body = json!({ "event": "reload_taken", "at": last.get("at"), "text": text });
                self.send(url, &body).await?;
                self.findings = None;
            }
            return Ok(());
        }
        let findings = last.get("findings").cloned().unwrap_or_default();
        if self.findings.as_ref() == Some(&findings) {
            return Ok(());
        }
        let count = findings.as_array().map_or(0, Vec::len);
        let text = format!("the rules have errors and were not taken; the last good ones go on ({count} findings)");
        let body = json!({ "event": "reload_failed", "at": last.get("at"), "findings": findings, "text": text });
        self.send(url, &body).await?;
        self.findings = Some(findings);
        Ok(())
    }

    /// Entries younger than the last one told. The first start begins with what comes from then on. False: another
    /// process tells of them.
    async fn tell_parked(&mut self, url: Option<&str>) -> Result<bool, String> {
        let words = |error: StoreError| error.to_string();
        let Some(lead) = self.runtime.lead(&Role::Notifier).await.map_err(words)? else { return Ok(false) };
        let store = self.runtime.store.as_ref();
        let Some(last) = store.cursor(KEPT.0, KEPT.1).await.map_err(words)? else {
            return self.told(self.runtime.world.clock.now(), &lead).await.map(|()| true);
        };
        let overlap = if self.told.is_empty() { SignedDuration::ZERO } else { OVERLAP };
        let from = last.checked_sub(overlap).unwrap_or(last);
        let parks = store.parks().await.map_err(words)?;
        let news: Vec<Park> = parks.into_iter().filter(|park| park.since > from).collect();
        for park in news.iter().filter(|park| !self.told.contains(&park.number)).collect::<Vec<_>>() {
            self.send(url, &of_park(park)).await?;
            self.told(park.since.max(last), &lead).await?;
            self.told.insert(park.number);
            self.open.insert(park.number, park.draft.target.to_string());
        }
        // What is older is told apart by its instant.
        self.told.retain(|number| news.iter().any(|park| park.number == *number));
        Ok(true)
    }

    /// Entries of which it was told, and that are gone.
    async fn tell_unparked(&mut self, url: Option<&str>) -> Result<(), String> {
        if self.open.is_empty() || url.is_none() {
            return Ok(());
        }
        let parks = self.runtime.store.parks().await.map_err(|error| error.to_string())?;
        let is_there = |number: &i64| parks.iter().any(|park| park.number == *number);
        let gone: Vec<(i64, String)> =
            self.open.iter().filter(|(number, _)| !is_there(number)).map(|(n, record)| (*n, record.clone())).collect();
        for (number, record) in gone {
            let text = format!("{record} waits no more: entry {number} of the inbox is gone");
            let body = json!({ "event": "unparked", "id": number.to_string(), "record": record, "text": text });
            self.send(url, &body).await?;
            self.open.remove(&number);
        }
        Ok(())
    }

    /// Alarms that began, and those that are over. Of which of the whole service's it was told is kept in the store, so
    /// that a restart neither repeats one nor forgets that it is over.
    async fn tell_alarms(&mut self, url: Option<&str>) -> Result<(), String> {
        if url.is_none() {
            return Ok(());
        }
        for name in signals::OF_ALL {
            self.recall((name, String::new())).await?;
        }
        let standing = self.runtime.signals.standing();
        let begun = |(place, told): (&Place, &bool)| told.then(|| place.clone());
        let known: Vec<Place> = self.alarms.iter().filter_map(begun).collect();
        for (place, signal) in standing.iter().filter(|(place, _)| !known.contains(place)) {
            let body = of_alarm(place, "begins", (&signal.text, Some(signal.since)));
            self.alarm_told(url, (place, true), &body).await?;
        }
        for place in known.iter().filter(|place| !standing.contains_key(*place)) {
            let (name, subject) = place;
            let of = if subject.is_empty() { String::new() } else { format!(" of {subject}") };
            let body = of_alarm(place, "over", (&format!("{name}{of} is over"), None));
            self.alarm_told(url, (place, false), &body).await?;
        }
        Ok(())
    }

    /// Reads whether a process before this one told of an alarm of the whole service.
    async fn recall(&mut self, place: Place) -> Result<(), String> {
        if !self.alarms.contains_key(&place) {
            let kept = self.runtime.store.cursor(KEPT.0, &kept_as(&place)).await.map_err(|error| error.to_string())?;
            self.alarms.insert(place, kept.is_some_and(|at| at > Timestamp::UNIX_EPOCH));
        }
        Ok(())
    }

    /// Tells of an alarm. What all processes see, one of them tells.
    async fn alarm_told(
        &mut self,
        url: Option<&str>,
        (place, begins): (&Place, bool),
        body: &Json,
    ) -> Result<(), String> {
        let words = |error: StoreError| error.to_string();
        if signals::OF_ALL.contains(&place.0) {
            let Some(lead) = self.runtime.lead(&Role::Notifier).await.map_err(words)? else { return Ok(()) };
            self.send(url, body).await?;
            let at = if begins { self.runtime.world.clock.now() } else { Timestamp::UNIX_EPOCH };
            self.runtime.store.mark(KEPT.0, &kept_as(place), at, Some(&lead)).await.map_err(words)?;
        } else {
            self.send(url, body).await?;
        }
        self.alarms.insert(place.clone(), begins);
        Ok(())
    }

    async fn told(&self, at: Timestamp, lead: &Lead) -> Result<(), String> {
        self.runtime.store.mark(KEPT.0, KEPT.1, at, Some(lead)).await.map_err(|error| error.to_string())
    }

    async fn send(&self, url: Option<&str>, body: &Json) -> Result<(), String> {
        let Some(url) = url else { return Ok(()) };
        let request = Request {
            method: Method::Post,
            url: url.to_owned(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
            timeout: TIMEOUT,
        };
        let answer = self.runtime.world.transport.send(request).await.map_err(|error| error.to_string())?;
        if (200..300).contains(&answer.status) { Ok(()) } else { Err(format!("answered {}", answer.status)) }
    }
}

/// Under which name the store keeps that it was told of an alarm.
fn kept_as((name, subject): &Place) -> String {
    format!("alarm {name} {subject}")
}

fn of_alarm((name, subject): &Place, state: &str, (text, since): (&str, Option<Timestamp>)) -> Json {
    json!({
        "event": "alarm", "alarm": name, "subject": subject, "state": state, "since": since.map(timestamp::text),
        "text": text,
    })
}

fn of_park(park: &Park) -> Json {
    let draft = &park.draft;
    json!({
        "event": "parked", "at": timestamp::text(park.since), "id": park.number.to_string(),
        "account": draft.target.account, "record": draft.target.record, "record_id": draft.target.id,
        "pipeline": draft.pipeline, "group": draft.group, "reason": draft.reason, "code": draft.code,
        "message": draft.message, "rule": { "file": draft.rule.0, "line": draft.rule.1 },
        "text": format!("{} waits: {} (petiole inbox show {})", draft.target, draft.message, park.number),
    })
}
