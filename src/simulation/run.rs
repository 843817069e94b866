//! One seed, from its first start to its last look.
//!
//! Agitate; let the faults stop; come to rest within one sweep and the longest pause; silence; a restart; a start with
//! an empty store. The judge looks in between.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::around::Around;
use super::chance::Chance;
use super::chronicle::Chronicle;
use super::disk::{self, Weather};
use super::event_clock::EventClock;
use super::house::{Clerical, House};
use super::judge::Judge;
use super::line::{Line, lock};
use super::network::{Ground, Network, Sick};
use super::options::{self, Fault, ForGood, Options};
use super::peers::Peers;
use super::provoked::{self, provoked};
use super::roof;
use super::rules::Rules;
use super::shelf::Shelf;
use super::trace::Trace;
use super::waiting::Waiting;
use super::watch::Watches;
use super::world_of::{make, set_up};
use crate::language::plan::{Plan, Setting};
use crate::runtime::Report;
use crate::runtime::pairing::repeat::WILL_NOT_KEEP;
use crate::runtime::service::look::Look;
use crate::runtime::service::pass::{Pass, Scope, pass};
use crate::simulator;
use crate::store::Park;
use crate::value::Value;
use crate::world::{Clock, Spawner, World};

/// The longest pause before something is tried again, and what comes of it.
const LONGEST_PAUSE: Duration = Duration::from_mins(40);

/// How long put-off work of a sweep is waited for.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often a sweep is asked for that cannot be made yet.
const SWEEPS: u32 = 12;

/// What was promised so long ago is done.
const QUIET: SignedDuration = SignedDuration::from_mins(20);

const HOUR: Duration = Duration::from_hours(1);

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the seed meant.
    pub meant: String,
    /// What may not be and was, if anything.
    pub wrong: Option<String>,
    /// A number made of all that happened.
    pub number: u64,
    /// Calls that reached a peer, and those among them that write.
    pub calls: (u64, u64),
    /// The last of what happened.
    pub last: Vec<String>,
}

/// What is told of a run to somebody who listened.
#[derive(Clone, Debug)]
pub struct Told {
    /// When it began.
    pub began: jiff::Timestamp,
    /// What went wrong, in the order in which it did, and how it was mended.
    pub mishaps: Vec<super::mended::Mishap>,
    /// How often somebody at either system did something.
    pub acts: usize,
    /// Writes that peers granted, and those of them that said something new.
    pub writes: (u64, u64),
    /// What the last sweep found when the faults had stopped and everything had come to rest.
    pub report: Option<Report>,
}

/// Runs a seed over so many days.
pub fn run(rules: &Rules, days: (u64, u64)) -> Outcome {
    played(rules, days, false).0
}

/// The same for somebody who wants to know what went wrong and how it was mended. Nothing else happens for that.
pub fn run_telling(rules: &Rules, days: (u64, u64)) -> (Outcome, Told) {
    played(rules, days, true)
}

fn played(rules: &Rules, (seed, days): (u64, u64), listens: bool) -> (Outcome, Told) {
    let drawn = options::roof(seed).filter(|_| roof::fits(rules));
    let asked = rules.roof.or_else(|| provoked::roof(rules.provoked?));
    let under = match asked.or(drawn).map(|roof| roof::under(rules, roof)).transpose() {
        Ok(under) => under,
        Err(why) => return impossible(why),
    };
    let rules = under.as_ref().unwrap_or(rules);
    let drawn = Options { roof: rules.roof, ..Options::draw((seed, days), &rules.plan) };
    let options = Arc::new(match rules.provoked {
        Some(planted) => provoked(drawn, planted),
        None => drawn,
    });
    let plan = turned(&rules.plan, &options);
    let (line, clock) = (Line::new(seed), Arc::new(EventClock::new(seed)));
    let began = clock.now();
    let stage = Stage::set(rules, plan, (&options, &line, &clock));
    if listens {
        stage.weather.chronicle.listen();
    }
    let played = line.run(stage.play(), || clock.pass());
    let trace = &stage.judge.trace;
    if played.is_none() {
        trace.wrong("nothing can go on any more");
    }
    let outcome = Outcome {
        meant: options.to_string(),
        wrong: trace.first_wrong(),
        number: trace.number(),
        calls: stage.network.counts(),
        last: trace.last(),
    };
    stage.house.crash();
    line.clear();
    let (events, at_rest) = (stage.weather.chronicle.events(), super::line::lock(&stage.at_rest).take());
    let rest = at_rest.as_ref().filter(|_| outcome.wrong.is_none()).map(|(at, _)| *at);
    let (acts, writes) = (super::mended::acts(&events), super::mended::writes(&events));
    let told = Told {
        began,
        mishaps: super::mended::mishaps(&events, rest),
        acts,
        writes,
        report: at_rest.map(|(_, report)| report),
    };
    (outcome, told)
}

/// Rules that cannot be run.
fn impossible(why: String) -> (Outcome, Told) {
    let outcome = Outcome { meant: String::new(), wrong: Some(why), number: 0, calls: (0, 0), last: Vec::new() };
    let told = Told { began: Timestamp::UNIX_EPOCH, mishaps: Vec::new(), acts: 0, writes: (0, 0), report: None };
    (outcome, told)
}

/// The rules with the switches of this seed.
fn turned(plan: &Plan, options: &Options) -> Arc<Plan> {
    let mut own = plan.clone();
    let settings = options.settings.iter();
    own.settings.extend(settings.map(|(name, value)| (name.clone(), Setting::Value(Value::text(value.as_str())))));
    own.standing = own.switches().seen();
    for system in own.systems.values_mut() {
        if let Some(few) = options.calls {
            let limits = &mut Arc::make_mut(system).limits;
            (limits.per_minute, limits.burst) = few;
        }
        if let Some(rows) = options.page {
            let system = Arc::make_mut(system);
            let size = Arc::make_mut(&mut system.paging).size.as_mut();
            size.into_iter().for_each(|size| size.1 = rows);
        }
    }
    Arc::new(own)
}

struct Stage {
    options: Arc<Options>,
    weather: Arc<Weather>,
    network: Arc<Network>,
    house: Arc<House>,
    judge: Judge,
    /// When both sides had come to rest after the faults, and what a sweep found then.
    at_rest: Mutex<Option<(jiff::Timestamp, Report)>>,
}

impl Stage {
    fn set(
        rules: &Rules,
        plan: Arc<Plan>,
        (options, line, clock): (&Arc<Options>, &Arc<Line>, &Arc<EventClock>),
    ) -> Self {
        let made = make(&plan, options);
        let shelf = Arc::new(Shelf::new(&rules.files, &rules.folder, &options.settings));
        let clock: Arc<dyn Clock> = Arc::clone(clock) as _;
        let weather = Arc::new(Weather {
            options: Arc::clone(options),
            clock: Arc::clone(&clock),
            chance: Chance::new(options.seed, "weather"),
            stormy: AtomicBool::new(true),
            ends: Notify::new(),
            chronicle: Arc::new(Chronicle::new(&clock, &plan)),
            troubles: AtomicU64::new(0),
        });
        let trace = Arc::new(Trace::new(Arc::clone(&clock), made.secrets, &weather.chronicle));
        let ground = Ground {
            line: Arc::clone(line),
            clock: Arc::clone(&clock),
            weather: Arc::clone(&weather),
            trace: Arc::clone(&trace),
            watches: Watches::new(&plan, (options, rules.shipped), &trace),
        };
        let (variables, beside) = (made.variables, Arc::clone(&rules.environment));
        let known = move |name: &str| variables.get(name).cloned().or_else(|| beside.variable(name));
        let trade = made.trade.clone();
        let environment = move |name: &str| known(name).or_else(|| simulator::further(name, &trade));
        let setup = Arc::new(set_up((&plan, &made.trade), &environment));
        let network = Network::new(Peers { sides: made.sides, clock: Arc::clone(&clock), setup }, made.places, ground);
        let world = World {
            clock: Arc::clone(&clock),
            random: Arc::new(Chance::new(options.seed, "process")),
            transport: Arc::clone(&network) as _,
            files: Arc::clone(&shelf) as _,
            environment: Arc::new(environment),
            spawner: Arc::clone(line) as Arc<dyn Spawner>,
            planted: rules.planted,
        };
        let disk = disk::blank(&weather);
        let house = Arc::new(House {
            line: Arc::clone(line),
            world,
            trace: Arc::clone(&trace),
            folder: rules.folder.clone(),
            poll: options.poll,
            plan: Mutex::new(plan),
            disk: Mutex::new(Arc::new(disk)),
            inside: Mutex::new(None),
            dropped: Mutex::default(),
            shelf,
            promised: Arc::default(),
            network: Arc::clone(&network),
            waiting: Arc::new(Waiting::new(&network)),
        });
        let judge = Judge {
            network: Arc::clone(&network),
            trace,
            options: Arc::clone(options),
            shipped: rules.shipped,
            house: Arc::clone(&house),
        };
        Self { options: Arc::clone(options), weather, network, house, judge, at_rest: Mutex::default() }
    }

    fn is_wrong(&self) -> bool {
        self.judge.trace.first_wrong().is_some()
    }

    fn note(&self, what: &str) {
        let (calls, writes) = self.network.counts();
        self.judge.trace.note(&format!("{what}, after {calls} calls, {writes} of them writes"));
    }

    async fn sleep(&self, length: Duration) {
        self.weather.clock.sleep(length).await;
    }

    async fn play(&self) {
        if let Err(why) = self.house.begin().await {
            return self.judge.trace.wrong(format!("the process cannot begin: {why}"));
        }
        let around = Arc::new(Around {
            house: Arc::clone(&self.house),
            network: Arc::clone(&self.network),
            weather: Arc::clone(&self.weather),
            silent: Mutex::default(),
        });
        // What stood before anybody did anything is what the first writes follow from.
        self.network.watches.people(&self.network.peers);
        around.begin();
        self.falls_sick();
        for _ in 0..self.options.days.saturating_mul(24) {
            self.sleep(HOUR).await;
            self.judge.doubles();
            self.judge.put_off();
            if self.is_wrong() {
                return;
            }
        }
        self.note("the faults stop");
        self.weather.stormy.store(false, Ordering::SeqCst);
        if self.weather.options.rate(Fault::Save) > 0 {
            // Whoever saves the rules has put them right by then.
            self.sleep(HOUR).await;
        }
        self.goes_on_sick().await;
        self.comes_to_rest().await;
        self.tries_what_was_not_kept().await;
        if !self.is_wrong() {
            self.stays_at_rest().await;
        }
    }

    /// Something goes wrong that stays so.
    fn falls_sick(&self) {
        let accounts: Vec<String> = self.network.peers.sides.keys().cloned().collect();
        let account = Chance::new(self.options.seed, "sick").one_of(&accounts).cloned().unwrap_or_default();
        *lock(&self.network.sick) = self.options.for_good.map(|what| match what {
            ForGood::AccountDead => Sick::Dead(account),
            ForGood::WebhooksDead => Sick::Dumb(account),
            ForGood::Poisoned => Sick::Poison,
        });
    }

    /// What is wrong for good keeps nothing else from its end, and is named; then it is mended.
    async fn goes_on_sick(&self) {
        let sick = lock(&self.network.sick).clone();
        if sick == Some(Sick::Poison) {
            // Nothing was read in time to turn bad.
            *lock(&self.network.sick) = None;
        }
        let Some(Sick::Dead(_) | Sick::Poisoned(..)) = &sick else { return };
        self.sleep(LONGEST_PAUSE.saturating_add(self.options.poll.saturating_mul(2))).await;
        if let Some(runtime) = self.house.runtime() {
            self.judge.but_for(&runtime, sick.as_ref()).await;
        }
        self.note("what was wrong for good is mended");
        *lock(&self.network.sick) = None;
    }

    /// One sweep and the longest pause, and then there is nothing left to do.
    async fn comes_to_rest(&self) {
        self.sleep(LONGEST_PAUSE.saturating_add(self.options.poll.saturating_mul(2))).await;
        if let Some(runtime) = self.house.runtime() {
            self.judge.without_a_sweep(&runtime).await;
            let quiet = self.weather.clock.now().saturating_sub(QUIET).unwrap_or(Timestamp::MIN);
            self.judge.promised(&runtime, quiet).await;
        }
        self.sweep("the first sweep").await;
        self.sleep(LONGEST_PAUSE).await;
        if let Some(report) = self.sweep("the second sweep").await {
            self.judge.second_sweep(&report, "the second sweep");
            *super::line::lock(&self.at_rest) = Some((self.weather.clock.now(), report));
        }
        self.judge.doubles();
        if let Some(runtime) = self.house.runtime() {
            self.judge.kept(&runtime).await;
            if self.options.is_wide() {
                self.judge.decided(&runtime).await;
            }
        }
    }

    /// What a peer would not keep is sent once more to whoever asks for it, as the inbox says.
    async fn tries_what_was_not_kept(&self) {
        let Some(runtime) = self.house.runtime() else { return };
        let fought = |park: &Park| park.draft.code == WILL_NOT_KEEP;
        let before = runtime.store.parks().await.unwrap_or_default();
        if !before.iter().any(fought) {
            return;
        }
        let (_, writes) = self.network.counts();
        self.house.inbox(|park| if fought(park) { Clerical::Retry } else { Clerical::Leave }).await;
        self.sleep(LONGEST_PAUSE).await;
        let after = runtime.store.parks().await.unwrap_or_default();
        if let Some(park) = after.iter().find(|park| fought(park)).filter(|_| self.network.counts().1 == writes) {
            let told = &park.draft.message;
            self.judge.trace.wrong(format!("what was not kept is tried again, and nothing is sent: {told}"));
        }
    }

    /// Silence, a restart, and a start with an empty store change nothing.
    async fn stays_at_rest(&self) {
        // What is named is known by now; what is taken out stays out, and asks nobody anything any more. What a peer
        // would not keep would be sent once more, and is with an empty store, which knows nothing of it.
        let is_fought = AtomicBool::new(false);
        let taken_out = |park: &Park| {
            let fought = park.draft.code == WILL_NOT_KEEP;
            is_fought.fetch_or(fought, Ordering::SeqCst);
            if fought { Clerical::Leave } else { Clerical::Drop }
        };
        self.house.inbox(taken_out).await;
        let before = self.network.counts();
        self.note("silence");
        self.sleep(self.options.silence).await;
        self.judge.silence(before);
        self.judge.looks_for_changes(before, self.options.silence);
        for empty in [false, true] {
            self.note("a restart");
            self.house.crash();
            if empty && is_fought.load(Ordering::SeqCst) {
                return;
            }
            if empty {
                self.note("the store is empty");
                self.house.forget();
            }
            if let Err(why) = self.house.begin().await {
                return self.judge.trace.wrong(format!("the process cannot begin again: {why}"));
            }
            self.sleep(LONGEST_PAUSE.saturating_add(self.options.poll.saturating_mul(2))).await;
            if let Some(report) = self.sweep("a sweep after a start").await {
                let when = if empty { "a sweep with an empty store" } else { "a sweep after a restart" };
                self.judge.second_sweep(&report, when);
            }
            self.judge.silence(before);
            self.judge.doubles();
            if self.is_wrong() {
                return;
            }
        }
    }

    async fn sweep(&self, which: &str) -> Option<Report> {
        self.note(which);
        let whole = Pass { scope: Scope::Look(Look::Everything), confirmed: true, patience: PATIENCE };
        let mut why = "the process does not run".to_owned();
        for _ in 0..SWEEPS {
            if let Some(runtime) = self.house.runtime() {
                match pass(&runtime, &whole).await {
                    Ok(report) => {
                        self.judge.trace.note(&format!("{which}: {}", report.to_json()));
                        return Some(report);
                    }
                    Err(trouble) => why = trouble.to_string(),
                }
            }
            self.sleep(Duration::from_mins(5)).await;
        }
        self.judge.trace.wrong(format!("{which} cannot be made: {why}"));
        None
    }
}
