//! Whether all is well, in one sentence: the worst of named reasons, read from what `status` says.
//!
//! Knows no store; each reason says what it is about, so that whoever shows it can lead there.

use serde_json::{Value as Json, json};

use super::told::{count, counted, list, word};

/// How bad a reason is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Something does not work.
    Trouble,
    /// A person is waited for.
    Waits,
    /// Something is on its way, or goes on by itself.
    Busy,
    /// All is well.
    Well,
}

impl State {
    /// Its word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trouble => "trouble",
            Self::Waits => "waits",
            Self::Busy => "busy",
            Self::Well => "well",
        }
    }
}

struct Reason {
    state: State,
    about: String,
    text: String,
}

/// The health of a service, from the body of its status: `state`, the sentence, and all reasons, the worst first.
pub fn health(status: &Json) -> Json {
    let mut reasons = alarms(status);
    reasons.extend(accounts(status));
    reasons.extend(rules(status));
    reasons.extend(work(status));
    // Of equally bad ones the order above stays.
    reasons.sort_by_key(|reason| reason.state);
    let worst = reasons.first().map_or(State::Well, |reason| reason.state);
    let text = match reasons.first() {
        Some(reason) => reason.text.clone(),
        None => "All is well: everything that was compared is in step".to_owned(),
    };
    let told = |reason: &Reason| json!({"state": reason.state.as_str(), "about": reason.about, "text": reason.text});
    json!({
        "state": worst.as_str(), "text": text, "about": reasons.first().map(|reason| &reason.about),
        "reasons": reasons.iter().map(told).collect::<Vec<_>>(),
    })
}

fn alarms(status: &Json) -> Vec<Reason> {
    let of_one = |alarm: &Json| {
        let subject = word(alarm, "/subject");
        let about = if subject.is_empty() { "service".to_owned() } else { format!("account:{subject}") };
        Reason { state: State::Trouble, about, text: capital(word(alarm, "/text")) }
    };
    list(status, "alarms").map(of_one).collect()
}

fn accounts(status: &Json) -> Vec<Reason> {
    let accounts = status.get("accounts").and_then(Json::as_object).into_iter().flatten();
    let of_one = |(name, account): (&String, &Json)| {
        let (state, text) = match word(account, "/state") {
            "held back" => (State::Trouble, format!("Calls to {name} are held back, because they failed")),
            "on trial" => (State::Busy, format!("{name} is tried again after it failed")),
            _ if account.get("paused_until").is_some_and(Json::is_string) => {
                (State::Busy, format!("{name} asked for a pause; calls go on after it"))
            }
            _ => return None,
        };
        Some(Reason { state, about: format!("account:{name}"), text })
    };
    accounts.filter_map(of_one).collect()
}

fn rules(status: &Json) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut note = |state, text: String| reasons.push(Reason { state, about: "rules".to_owned(), text });
    if word(status, "/rules_state") == "last-good" {
        let generation = count(status, "/generation");
        note(State::Trouble, format!("The rule files have errors; generation {generation} serves on"));
    }
    match word(status, "/mode") {
        "" | "live" => {}
        mode => note(State::Waits, format!("The mode is {mode}: what is decided is told and not written")),
    }
    reasons
}

fn work(status: &Json) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut note = |state, about: &str, text| reasons.push(Reason { state, about: about.to_owned(), text });
    if status.get("held").is_some_and(Json::is_string) {
        note(
            State::Waits,
            "changes",
            "A comparison stopped before it changed too much, and waits for a yes".to_owned(),
        );
    }
    let parked = count(status, "/queue/parked");
    if parked > 0 {
        let verb = if parked == 1 { "needs" } else { "need" };
        note(State::Waits, "inbox", format!("{} {verb} a person", counted(parked, "thing")));
    }
    let held = list(status, "holds").count();
    if held > 0 {
        let text = match count(status, "/waiting/held") {
            0 => "Work is held by a person's word".to_owned(),
            waiting => format!("Work is held by a person's word; {} so far", counted(waiting, "record")),
        };
        note(State::Waits, "held", text);
    }
    if status.get("last_sweep").is_some_and(Json::is_null) {
        note(State::Busy, "sweep", "Nothing was compared as a whole yet".to_owned());
    }
    let retrying = count(status, "/waiting/retrying");
    if retrying > 0 {
        let verb = if retrying == 1 { "is" } else { "are" };
        note(State::Busy, "retrying", format!("{} {verb} tried again by itself", counted(retrying, "record")));
    }
    if status.get("sweeping") == Some(&Json::Bool(true)) {
        note(State::Busy, "sweep", "Everything is being compared just now".to_owned());
    }
    let under_way = waits_its_turn(status).saturating_add(count(status, "/queue/in_flight"));
    if under_way > 0 {
        note(State::Busy, "waiting", format!("{} on the way", counted(under_way, "change")));
    }
    reasons
}

/// How much work was not begun yet. `pending` counts what was put off, too, and the comparison that is under way.
pub fn waits_its_turn(status: &Json) -> u64 {
    let sweeping = status.get("sweeping") == Some(&Json::Bool(true));
    let other = count(status, "/waiting/retrying").saturating_add(u64::from(sweeping));
    count(status, "/queue/pending").saturating_sub(other)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
