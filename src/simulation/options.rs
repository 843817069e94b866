//! What one seed means: which faults there are and how often, how large the world is, how the switches stand.
//!
//! Each seed leaves out a half of the faults, so that one does not always hide another, and draws how often the others
//! come over several orders of magnitude. All of it follows from the seed and the number of days.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::chance::Chance;
use crate::language::plan::{Plan, SettingType};
use crate::simulator::Roof;
use crate::value::duration;
use crate::world::Random as _;

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// A request reaches nobody.
    Unreachable,
    /// A request is lost on its way there.
    LostBefore,
    /// The answer is lost on its way back.
    LostAfter,
    /// The answer breaks off in the middle.
    BrokenOff,
    /// A gateway answers, and the peer did nothing.
    FailedBefore,
    /// A gateway answers, and the peer did it.
    FailedAfter,
    /// There were too many requests.
    Throttled,
    /// The exchange takes long, longer than the caller waits.
    Late,
    /// A read does not show a record that is there, for a moment.
    Absent,
    /// A peer is away for a while.
    Outage,
    /// A webhook never comes.
    WebhookLost,
    /// A webhook comes twice.
    WebhookTwice,
    /// A webhook comes late, after others that were sent later.
    WebhookLate,
    /// Somebody makes up a webhook.
    WebhookForged,
    /// A write to the store takes long.
    DiskSlow,
    /// A write to the store is refused.
    DiskRefuses,
    /// A write to the store took hold, and is told as refused.
    DiskUncertain,
    /// The process ends right before a write to the store.
    CrashBeforeCommit,
    /// The process ends right after a write to the store.
    CrashAfterCommit,
    /// The process ends anywhere.
    Crash,
    /// The process is asked to end, and begins anew.
    Restart,
    /// The rules are saved and read anew.
    Reload,
    /// A list does not show what changed a moment ago.
    ListLate,
    /// Somebody acts while a list is read, so that its rows move.
    PageShift,
    /// The rules are changed and saved, well or badly, and put right again.
    Save,
    /// A system sends no webhooks for hours or days.
    WebhooksSilent,
}

/// What is wrong from the first to the last, until everything else came to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ForGood {
    /// One account's peer is away.
    AccountDead,
    /// One account's peer sends no webhooks.
    WebhooksDead,
    /// One record cannot be read.
    Poisoned,
}

impl ForGood {
    const ALL: [(Self, &'static str); 3] = [
        (Self::AccountDead, "an account is dead"),
        (Self::WebhooksDead, "webhooks of an account are dead"),
        (Self::Poisoned, "a record cannot be read"),
    ];
}

/// Every fault with its name, and between which powers of two it is drawn how rarely it comes: of calls, of webhooks,
/// of writes to the store, or of quarters of an hour.
const FAULTS: [(Fault, &str, u32, u32); 21] = [
    (Fault::Unreachable, "unreachable", 3, 9),
    (Fault::LostBefore, "lost-before", 3, 9),
    (Fault::LostAfter, "lost-after", 3, 9),
    (Fault::BrokenOff, "broken-off", 3, 9),
    (Fault::FailedBefore, "failed-before", 3, 9),
    (Fault::FailedAfter, "failed-after", 3, 9),
    (Fault::Throttled, "throttled", 4, 9),
    (Fault::Late, "late", 4, 9),
    (Fault::Outage, "outage", 4, 7),
    (Fault::WebhookLost, "webhook-lost", 0, 6),
    (Fault::WebhookTwice, "webhook-twice", 0, 6),
    (Fault::WebhookLate, "webhook-late", 0, 6),
    (Fault::WebhookForged, "webhook-forged", 2, 6),
    (Fault::DiskSlow, "disk-slow", 5, 11),
    (Fault::DiskRefuses, "disk-refuses", 5, 11),
    (Fault::DiskUncertain, "disk-uncertain", 5, 11),
    (Fault::CrashBeforeCommit, "crash-before-commit", 7, 12),
    (Fault::CrashAfterCommit, "crash-after-commit", 7, 12),
    (Fault::Crash, "crash", 4, 7),
    (Fault::Restart, "restart", 4, 7),
    (Fault::Reload, "reload", 4, 7),
];

/// The same of faults that came later, with chances of their own, and from which seed on there are such: seeds before
/// it still mean what they meant when they were kept.
const LATER_FAULTS: [(u64, (Fault, &str, u32, u32)); 5] = [
    (100, (Fault::Absent, "absent", 4, 9)),
    (WIDER_FROM, (Fault::ListLate, "list-late", 1, 6)),
    (WIDER_FROM, (Fault::PageShift, "page-shift", 3, 7)),
    (WIDER_FROM, (Fault::Save, "save", 3, 6)),
    (WIDER_FROM, (Fault::WebhooksSilent, "webhooks-silent", 4, 7)),
];

/// From which seed on the world has more in it than faults that come and go.
const WIDER_FROM: u64 = 10_000;

/// One in so many seeds reads lists in small pages.
const SMALL_PAGES: u64 = 3;

/// How many rows those have.
const PAGE_ROWS: (u64, u64) = (2, 6);

/// From which seed on peers may want few calls, and lists that are late show some of what changed a moment ago.
const UNEVEN_FROM: u64 = 20_000;

/// One in so many of those seeds has peers that want few calls, where no rules are saved: their files allow more.
const SPARING: u64 = 2;

/// How many calls they allow a minute, and in one go.
const FEW_CALLS: [(u64, u64); 2] = [(60, 120), (5, 20)];

/// From which seed on there may be several accounts of a system, and one in how many of those seeds has such.
const ROOFS: (u64, u64) = (30_000, 4);

/// One in so many seeds has something that is wrong for good.
const FOR_GOOD: u64 = 5;

/// How often changes are looked for: in whole minutes, between these.
const POLL_MINUTES: (u64, u64) = (5, 40);

/// One in so many switches stands otherwise than in the rules.
const TURNED: u64 = 4;

/// How long nothing happens in the end: as a rule, and with a sweep by schedule in between.
const SILENCE: (Duration, Duration) = (Duration::from_hours(3), Duration::from_hours(25));

/// One in so many seeds has the long one.
const LONG_SILENCE: u64 = 5;

/// The setting that has to stay as it is: where nothing is written, nothing is to be seen.
const MODE: &str = "mode";

/// What a seed means.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) seed: u64,
    pub(super) days: u64,
    /// Once in how many times each fault comes.
    pub(super) rates: BTreeMap<Fault, u64>,
    /// How often changes are looked for.
    pub(super) poll: Duration,
    pub(super) items: usize,
    pub(super) customers: usize,
    /// How long somebody rests at most between two acts.
    pub(super) rest: Duration,
    /// Settings that differ from the rules'.
    pub(super) settings: BTreeMap<String, String>,
    /// How long nothing happens in the end.
    pub(super) silence: Duration,
    /// Rows of a page, where they are few.
    pub(super) page: Option<u32>,
    /// What is wrong for good.
    pub(super) for_good: Option<ForGood>,
    /// How many calls peers allow a minute and in one go, where they are few.
    pub(super) calls: Option<(u32, u32)>,
    /// The accounts that take the place of the shipped ones.
    pub(super) roof: Option<Roof>,
    /// Whether what several accounts of a system have of their own bears the same ids.
    pub(super) alike: bool,
}

/// The accounts that a seed draws in place of the shipped ones, if any.
pub(super) fn roof(seed: u64) -> Option<Roof> {
    let chance = Chance::new(seed, "roof");
    let is_drawn = seed >= ROOFS.0 && chance.once_in(ROOFS.1);
    chance.one_of(&Roof::ALL).map(|(_, roof)| *roof).filter(|_| is_drawn)
}

impl Options {
    /// What this seed means for these rules.
    pub(super) fn draw((seed, days): (u64, u64), plan: &Plan) -> Self {
        let chance = Chance::new(seed, "options");
        let drawn = |(fault, name, least, most): &(Fault, &str, u32, u32)| {
            let own = Chance::new(seed, name);
            let chance = if FAULTS.iter().any(|(known, ..)| known == fault) { &chance } else { &own };
            let (is_on, rate) = (chance.once_in(2), chance.power(*least, *most));
            (*fault, if is_on { rate } else { 0 })
        };
        let later = LATER_FAULTS.iter().filter(|(from, _)| seed >= *from).map(|(_, fault)| fault);
        let rates = FAULTS.iter().chain(later).map(drawn).collect();
        let size = |least: u64, most: u64| usize::try_from(least + chance.below(most - least + 1)).unwrap_or_default();
        let (items, customers) = (size(3, 14), size(2, 8));
        let poll = Duration::from_mins(POLL_MINUTES.0 + chance.below(POLL_MINUTES.1 - POLL_MINUTES.0 + 1));
        let rest = Duration::from_mins(chance.power(4, 7));
        let mut settings = BTreeMap::new();
        for (name, kind) in plan.setting_types.iter().filter(|(name, _)| *name != MODE) {
            let turned = chance.once_in(TURNED);
            if let SettingType::OneOf(values) = kind.plain()
                && let Some(value) = chance.one_of(values).filter(|_| turned)
            {
                settings.insert(name.clone(), value.clone());
            }
        }
        let silence = if chance.once_in(LONG_SILENCE) { SILENCE.1 } else { SILENCE.0 };
        let wider = Chance::new(seed, "wider");
        let small = wider.once_in(SMALL_PAGES).then(|| PAGE_ROWS.0 + wider.below(PAGE_ROWS.1 - PAGE_ROWS.0 + 1));
        let page = small.and_then(|rows| u32::try_from(rows).ok()).filter(|_| seed >= WIDER_FROM);
        let sick = wider.once_in(FOR_GOOD);
        let for_good = wider.one_of(&ForGood::ALL).map(|(what, _)| *what).filter(|_| sick && seed >= WIDER_FROM);
        let sparing = Chance::new(seed, "sparing");
        let is_sparing = sparing.once_in(SPARING) && seed >= UNEVEN_FROM && rate_of(&rates, Fault::Save) == 0;
        let few = FEW_CALLS.map(|(least, most)| u32::try_from(least + sparing.below(most - least + 1)).unwrap_or(1));
        let calls = is_sparing.then_some(few.into());
        let alike = Chance::new(seed, "alike").once_in(2);
        let roof = None;
        Self { seed, days, rates, poll, items, customers, rest, settings, silence, page, for_good, calls, roof, alike }
    }

    /// Whether the world has more in it than faults that come and go.
    pub(super) fn is_wide(&self) -> bool {
        self.seed >= WIDER_FROM
    }

    /// Whether a list that is late shows some of what changed a moment ago.
    pub(super) fn is_uneven(&self) -> bool {
        self.seed >= UNEVEN_FROM
    }

    /// Once in how many times a fault comes; none: never.
    pub(super) fn rate(&self, fault: Fault) -> u64 {
        rate_of(&self.rates, fault)
    }
}

fn rate_of(rates: &BTreeMap<Fault, u64>, fault: Fault) -> u64 {
    rates.get(&fault).copied().unwrap_or_default()
}

impl fmt::Display for Options {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} items, {} customers, rest up to {}", self.items, self.customers, duration::text(self.rest))?;
        write!(out, ", looks every {}", duration::text(self.poll))?;
        for (name, value) in &self.settings {
            write!(out, ", {name} = {value}")?;
        }
        if let Some(rows) = self.page {
            write!(out, ", pages of {rows}")?;
        }
        if let Some((a_minute, at_once)) = self.calls {
            write!(out, ", {a_minute} calls a minute and {at_once} in one go")?;
        }
        for (name, _) in Roof::ALL.iter().filter(|(_, roof)| self.roof == Some(*roof)) {
            write!(out, ", several accounts: {name}{}", if self.alike { " with ids alike" } else { "" })?;
        }
        for (_, name) in ForGood::ALL.iter().filter(|(what, _)| self.for_good == Some(*what)) {
            write!(out, ", {name}")?;
        }
        let later = LATER_FAULTS.iter().map(|(_, fault)| fault);
        for (fault, name, ..) in FAULTS.iter().chain(later).filter(|(fault, ..)| self.rate(*fault) > 0) {
            write!(out, ", {name} 1/{}", self.rate(*fault))?;
        }
        Ok(())
    }
}
