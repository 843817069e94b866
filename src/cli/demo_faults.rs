//! `petiole demo --faults`: a simulated day in which everything goes wrong that a seed says, told to somebody who has
//! never seen petiole.
//!
//! Time, people, network, store and the process itself are simulated, so the same seed tells the same, letter by
//! letter. Of each kind of fault the first are told one by one, the others counted.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::subscriber::NoSubscriber;

use super::arguments::{Arguments, DemoArguments};
use super::exit_code;
use crate::diagnostic::render;
use crate::language;
use crate::runtime::Report;
use crate::simulation::{Mishap, Outcome, Rules, Told, run_telling};
use crate::simulator;
use crate::store::{Bucket, LedgerLine};
use crate::world::{Files, ProcessEnvironment, SystemFiles};

/// Faults of a kind that are told one by one.
const TOLD_OF_A_KIND: usize = 2;

/// How often what is not told one by one is summed up.
const SUMMED_UP: SignedDuration = SignedDuration::from_hours(6);

/// Kinds that a sum names.
const KINDS_NAMED: usize = 3;

/// Letters of a call or a record that are shown.
const ABOUT_MAX: usize = 64;

/// The lines of the report that are shown, each of one sort of things.
const REPORT_LINES: usize = 40;

/// Where no record is once both sides went together again.
const UNDER_WAY: [Bucket; 3] = [Bucket::Waiting, Bucket::Retrying, Bucket::Held];

/// Steps that are shown of a day that did not end well.
const STEPS: usize = 400;

/// Simulated days of trade before the faults stop.
const DAYS: u64 = 1;

/// Plays the day and tells it.
pub(super) fn demo_faults(arguments: &Arguments, demo: &DemoArguments) -> u8 {
    let files: Arc<dyn Files> = Arc::new(SystemFiles);
    let compiled = language::compile(files.as_ref(), std::slice::from_ref(&arguments.rules));
    let Some(plan) = compiled.plan else {
        eprint!("{}", render::render(&compiled.findings, &compiled.sources, arguments.color.on()));
        return exit_code::FAILED;
    };
    // What the shipped rules promise is held against both systems where they are those.
    let shipped = simulator::NAMES.iter().all(|name| plan.systems.contains_key(*name));
    let folder = arguments.rules.clone();
    let rules = Rules {
        plan,
        files,
        folder,
        environment: Arc::new(ProcessEnvironment),
        shipped,
        planted: None,
        provoked: None,
        roof: None,
    };
    // What the service logs of each fault is told here in other words.
    let (outcome, told) =
        tracing::subscriber::with_default(NoSubscriber::default(), || run_telling(&rules, (demo.seed, DAYS)));
    let text = Text { paint: arguments.color.on() };
    print!("{}", text.whole(demo.seed, (&outcome, &told)));
    if is_well(&outcome, &told) { exit_code::OK } else { exit_code::FAILED }
}

/// Whether both sides went together again: nothing is on its way, and what is left is named. What waits for a person
/// is left by what people did.
fn is_well(outcome: &Outcome, told: &Told) -> bool {
    let ledger = told.report.as_ref().and_then(|report| report.ledger.as_ref());
    let is_at_rest = |line: &LedgerLine| UNDER_WAY.into_iter().all(|bucket| line.count(bucket) == 0);
    let rests = ledger.is_some_and(|ledger| ledger.lines.iter().all(is_at_rest));
    outcome.wrong.is_none() && rests && told.mishaps.iter().all(|mishap| mishap.mended.is_some())
}

/// What is printed.
struct Text {
    paint: bool,
}

impl Text {
    fn bold(&self, text: &str) -> String {
        if self.paint { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn dim(&self, text: &str) -> String {
        if self.paint { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn whole(&self, seed: u64, (outcome, told): (&Outcome, &Told)) -> String {
        let mut out = String::new();
        let title = format!("A day of trade between two systems, in which everything goes wrong that seed {seed} says");
        let _ = writeln!(out, "{}", self.bold(&title));
        let beside =
            "Both systems, their people, the network, the store and the clock are simulated; petiole is the real one.";
        let _ = writeln!(out, "{beside}");
        let meant = outcome.meant.split(", ").take_while(|part| !part.contains(" 1/")).collect::<Vec<_>>().join(", ");
        let meant = meant.replace("rest up to", "people rest up to").replace("looks every", "petiole looks every");
        let _ = writeln!(out, "{}\n", self.dim(&format!("This seed: {meant}.")));
        let _ = writeln!(out, "{}", self.bold("What went wrong, and how it was mended"));
        self.story(&mut out, told);
        let _ = writeln!(out, "\n{}", self.bold("All faults by kind"));
        counted(&mut out, &told.mishaps);
        let _ = writeln!(out, "\n{}", self.bold("When the faults had stopped, everything was compared"));
        ending(&mut out, (outcome, told));
        if !is_well(outcome, told) {
            let again = format!("petiole simulate --seeds {seed}..{seed} --days {DAYS} --shipped --trace {STEPS}");
            let _ = writeln!(out, "Each of its last {STEPS} steps: {again}, with the same --rules");
        }
        out
    }

    /// The first of each kind one by one, and the sums of the others.
    fn story(&self, out: &mut String, told: &Told) {
        let mut seen = BTreeMap::<&str, usize>::new();
        let mut rest: Vec<&Mishap> = Vec::new();
        let mut until = told.began.saturating_add(SUMMED_UP).unwrap_or(Timestamp::MAX);
        for mishap in &told.mishaps {
            while mishap.at >= until {
                self.sum(out, (until, told.began), &std::mem::take(&mut rest));
                until = until.saturating_add(SUMMED_UP).unwrap_or(Timestamp::MAX);
            }
            let count = seen.entry(&mishap.kind).or_default();
            *count += 1;
            if *count <= TOLD_OF_A_KIND { self.one(out, mishap, told.began) } else { rest.push(mishap) }
        }
        self.sum(out, (until, told.began), &rest);
    }

    fn one(&self, out: &mut String, mishap: &Mishap, began: Timestamp) {
        let (when, who) = (clock(mishap.at, began), mishap.account.as_deref().unwrap_or("petiole"));
        let about = if mishap.about.is_empty() { String::new() } else { format!(": {}", shortened(&mishap.about)) };
        let _ = writeln!(out, "  {when}  {who:<9} {}{}", mishap.kind, self.dim(&about));
        let _ = writeln!(out, "  {:when$}  {:<9} → {}", "", "", how(mishap), when = when.len());
    }

    /// What happened besides, up to an instant.
    fn sum(&self, out: &mut String, (until, began): (Timestamp, Timestamp), rest: &[&Mishap]) {
        if rest.is_empty() {
            return;
        }
        let mut kinds = BTreeMap::<&str, usize>::new();
        rest.iter().for_each(|mishap| *kinds.entry(&mishap.kind).or_default() += 1);
        let mut kinds: Vec<(&str, usize)> = kinds.into_iter().collect();
        kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
        let named: Vec<String> =
            kinds.iter().take(KINDS_NAMED).map(|(kind, count)| format!("{count} × {kind}")).collect();
        let more = if kinds.len() > KINDS_NAMED { " and others" } else { "" };
        let count = rest.len();
        let line = format!("up to {}: {count} more: {}{more}", clock(until, began), named.join(", "));
        let _ = writeln!(out, "  {}", self.dim(&line));
    }
}

fn how(mishap: &Mishap) -> String {
    match &mishap.mended {
        None => "not mended".to_owned(),
        Some(mend) if mend.after.is_zero() => mend.how.to_owned(),
        Some(mend) => format!("{}, {} later", mend.how, length(mend.after)),
    }
}

/// Each kind with how often it struck, how often it was mended and how long that took at most.
fn counted(out: &mut String, mishaps: &[Mishap]) {
    let mut kinds = BTreeMap::<&str, Vec<&Mishap>>::new();
    mishaps.iter().for_each(|mishap| kinds.entry(&mishap.kind).or_default().push(mishap));
    let widest = kinds.keys().map(|kind| kind.chars().count()).max().unwrap_or_default();
    for (kind, all) in &kinds {
        let mended = all.iter().filter_map(|mishap| mishap.mended.as_ref());
        let longest = mended.clone().map(|mend| mend.after).max().unwrap_or_default();
        let left = all.len() - mended.count();
        let told = match left {
            0 if longest.is_zero() => "all mended at once".to_owned(),
            0 => format!("all mended, within {}", length(longest)),
            left => format!("{left} not mended"),
        };
        let _ = writeln!(out, "  {kind:<widest$}  {:>5}  {told}", all.len());
    }
    if kinds.is_empty() {
        let _ = writeln!(out, "  none: this seed says that nothing goes wrong");
    }
}

fn ending(out: &mut String, (outcome, told): (&Outcome, &Told)) {
    if let Some(report) = &told.report {
        let report = report.to_string();
        for line in report.lines().take(REPORT_LINES) {
            let _ = writeln!(out, "  {line}");
        }
        if report.lines().count() > REPORT_LINES {
            let _ = writeln!(out, "  and {} lines more", report.lines().count() - REPORT_LINES);
        }
    }
    let (made, needed) = told.writes;
    let all = told.mishaps.len();
    let left = told.mishaps.iter().filter(|mishap| mishap.mended.is_none()).count();
    let mended = if left == 0 { "all of them mended".to_owned() } else { format!("{left} of them not mended") };
    let _ = writeln!(out, "\nPeople acted {} times on both sides; {all} faults, {mended}.", told.acts);
    let _ = writeln!(out, "{}", writes(made, needed));
    let parked = told.report.as_ref().map_or(0, Report::parked);
    let verdict = match (&outcome.wrong, is_well(outcome, told)) {
        (Some(wrong), _) => format!("What may not be: {wrong}"),
        (None, false) => "Both sides did not go together again.".to_owned(),
        (None, true) if parked > 0 => {
            format!("Both sides went together again; {parked} entries of the inbox, named above, wait for a person.")
        }
        (None, true) => "Both sides went together again, and nothing is left.".to_owned(),
    };
    let _ = writeln!(out, "{verdict}");
}

/// Writes made for each that said something new, to two digits.
fn writes(made: u64, needed: u64) -> String {
    let hundredths = made.saturating_mul(100).checked_div(needed).unwrap_or(100);
    let ratio = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    format!(
        "petiole wrote {made} times, and {needed} writes said something new: {ratio} writes for each that was needed."
    )
}

/// The time of the simulated clock; after midnight with how many days have passed.
fn clock(at: Timestamp, began: Timestamp) -> String {
    let day = |at: Timestamp| at.as_second().div_euclid(24 * 60 * 60);
    let days = day(at) - day(began);
    let time = at.strftime("%H:%M:%S");
    if days == 0 { format!("day 1 {time}") } else { format!("day {} {time}", days + 1) }
}

/// A length in its two largest units.
fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => format!("{} ms", length.as_millis()),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, _) => format!("{minutes} min"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

fn shortened(about: &str) -> String {
    if about.chars().count() <= ABOUT_MAX {
        about.to_owned()
    } else {
        about.chars().take(ABOUT_MAX).chain(['…']).collect()
    }
}
