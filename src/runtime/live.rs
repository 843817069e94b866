//! A generation in service: plan, connectors and settings with the environment resolved.
//!
//! Immutable but for its memory; work keeps the one it began with. Secrets live only inside the connectors.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use super::environment::NOTIFY_SETTING;
use super::environment::{Flat, LiveError, Resolver, without_own};
use super::limits::FORMER_MAX;
use super::memory::Memory;
use super::memory::finder::Finder;
use super::memory::lack::Needed;
use crate::connector::{Connector, Row, Validator};
use crate::engine::Deciding;
use crate::language::plan::{Folded, Pipeline, Plan, RecordType, System};
use crate::value::{Path, Record, Value};
use crate::world::planted::Deaf;
use crate::world::{Planted, Transport, World};

/// A generation in service.
pub struct Live {
    /// Its number.
    pub generation: i64,
    /// The rules.
    pub plan: Arc<Plan>,
    /// Connectors by account.
    pub peers: BTreeMap<String, Arc<Connector>>,
    /// The same of accounts that former rules had: calls that were begun may still be under way, and what a peer asked
    /// for holds, should the account come back.
    former: BTreeMap<String, Arc<Connector>>,
    /// Webhook keys and other secrets by account and name, for verifying only.
    secrets: BTreeMap<String, BTreeMap<String, String>>,
    /// Settings that all accounts share, by dotted name.
    settings: Flat,
    /// Settings that differ, by account and dotted name.
    own_settings: BTreeMap<String, Flat>,
    /// What pairs of accounts asked for so far decide under, by both accounts, the left one first.
    pairs: Mutex<BTreeMap<[String; 2], Arc<Standing>>>,
    /// What records look like, by system and record.
    schemas: BTreeMap<(String, String), Validator>,
    /// The fields that rules read, and what answers showed of them.
    pub needed: Needed,
    /// What is remembered under these rules.
    pub memory: Arc<Memory>,
    /// Whether writes are only rehearsed: what is observed elsewhere, too, and none is sent.
    pub rehearses: bool,
    /// Whether what is written goes to the first account of a system, which is wrong.
    strays: bool,
}

/// What the pairs of two accounts decide under.
#[derive(Debug)]
struct Standing {
    settings: Value,
    /// By pipeline.
    folded: BTreeMap<String, Arc<Folded>>,
}

impl Live {
    /// A generation with its environment resolved. Budgets, breakers and counts of accounts that `before` had, or the
    /// rules before it, go on.
    ///
    /// # Errors
    /// Every variable that is wanted, has no default and is not set; every setting whose value does not fit.
    pub fn new(generation: i64, plan: Arc<Plan>, world: &World, before: Option<&Self>) -> Result<Self, Vec<LiveError>> {
        let (live, wrong) = Self::resolved(generation, plan, world, before);
        if wrong.is_empty() { Ok(live) } else { Err(wrong) }
    }

    /// As far as the environment lets it be one: for looks at accounts, never to serve.
    pub(super) fn in_part(plan: Arc<Plan>, world: &World) -> Self {
        Self::resolved(0, plan, world, None).0
    }

    fn resolved(generation: i64, plan: Arc<Plan>, world: &World, before: Option<&Self>) -> (Self, Vec<LiveError>) {
        let mut resolver = Resolver { environment: world.environment.as_ref(), wrong: Vec::new() };
        let mut peers = BTreeMap::new();
        let mut secrets = BTreeMap::new();
        let settings = resolver.settings(&plan.setting_types, &plan.settings);
        let mut own_settings = BTreeMap::new();
        for account in plan.accounts.values() {
            let mut resolved = resolver.account(account);
            secrets.insert(account.name.clone(), resolved.secrets.clone());
            own_settings.insert(account.name.clone(), resolver.settings(&plan.setting_types, &account.settings));
            if let Some(system) = plan.systems.get(&account.system) {
                let system = &as_heeded(system, world);
                resolver.can_keep_tokens(system);
                let own = own_settings.get(&account.name);
                resolved.lists = lists(system, |name| own.and_then(|own| own.get(name)).or_else(|| settings.get(name)));
                let known = before.and_then(|before| before.peer_until_now(&account.name));
                let connector = match known.filter(|peer| peer.system().name == system.name) {
                    Some(peer) => peer.renewed(Arc::clone(system), resolved),
                    None => Connector::new(
                        Arc::clone(system),
                        resolved,
                        as_heard(world),
                        Arc::clone(&world.clock),
                        Arc::clone(&world.random),
                    ),
                };
                peers.insert(account.name.clone(), Arc::new(connector));
            }
        }
        let former = before.map(|before| before.without(&peers)).unwrap_or_default();
        let shown = before.map(|before| Arc::clone(before.needed.shown())).unwrap_or_default();
        let outlives = before.filter(|_| world.plants(Planted::Memory));
        let nameless = world.plants(Planted::Nameless);
        let fresh = || Arc::new(Memory { finder: Finder::new(nameless), ..Memory::default() });
        let memory = outlives.map_or_else(fresh, |before| Arc::clone(&before.memory));
        let pairs = outlives.map(|before| before.known_pairs().clone()).unwrap_or_default();
        let (schemas, needed) = (schemas(&plan), Needed::new(&plan, shown));
        let live = Self {
            generation,
            plan,
            peers,
            former,
            secrets,
            settings,
            own_settings,
            pairs: Mutex::new(pairs),
            schemas,
            needed,
            memory,
            rehearses: false,
            strays: world.plants(Planted::FirstAccount),
        };
        (live, resolver.wrong)
    }

    /// The peer of an account, whether these rules have it or former ones had.
    fn peer_until_now(&self, account: &str) -> Option<&Arc<Connector>> {
        self.peers.get(account).or_else(|| self.former.get(account))
    }

    /// The peers of accounts that the next rules do not have.
    fn without(&self, next: &BTreeMap<String, Arc<Connector>>) -> BTreeMap<String, Arc<Connector>> {
        let known = self.peers.iter().chain(&self.former).filter(|(account, _)| !next.contains_key(*account));
        known.take(FORMER_MAX).map(|(account, peer)| (account.clone(), Arc::clone(peer))).collect()
    }

    /// The same rules, by which nothing is written any more: writes are rehearsed, and what is learned meanwhile is
    /// nobody else's.
    #[must_use]
    pub fn rehearsing(self) -> Self {
        let peers = self.peers.iter().map(|(account, peer)| (account.clone(), Arc::new(peer.rehearsing())));
        let (peers, needed) = (peers.collect(), Needed::new(&self.plan, Arc::default()));
        Self { peers, needed, memory: Arc::default(), rehearses: true, ..self }
    }

    /// The peer to which is written what is for an account.
    pub fn writer(&self, account: &str) -> Option<&Arc<Connector>> {
        let own = self.peers.get(account)?;
        let first = self.peers.values().find(|peer| peer.system().name == own.system().name);
        if self.strays { first } else { Some(own) }
    }

    /// The settings as an account sees them.
    pub fn settings(&self, account: &str) -> Value {
        self.nested(&[account])
    }

    /// The settings for a pair: what both accounts share, then the left one's own, then the right one's. What only
    /// petiole itself may know is left out: decisions are journalled with what they are made from.
    pub fn pair_settings(&self, left: &str, right: &str) -> Value {
        self.standing([left, right]).settings.clone()
    }

    /// A decision on a pair of these accounts, the left one first.
    pub fn deciding<'p>(&'p self, pipeline: &'p Pipeline, (left, right): (&str, &str)) -> Deciding<'p> {
        Deciding::new(&self.plan, pipeline, self.folded(pipeline, [left, right]))
    }

    /// Which rules of a pipeline are live for a pair of accounts, the left one first.
    pub fn folded(&self, pipeline: &Pipeline, accounts: [&str; 2]) -> Arc<Folded> {
        let standing = self.standing(accounts);
        let known = standing.folded.get(&pipeline.name).map(Arc::clone);
        known.unwrap_or_else(|| Arc::new(Folded::of(pipeline, &standing.settings)))
    }

    fn standing(&self, accounts: [&str; 2]) -> Arc<Standing> {
        let key = accounts.map(str::to_owned);
        let mut known = self.known_pairs();
        let standing = known.entry(key).or_insert_with(|| {
            let mut settings = self.nested(&accounts);
            without_own(&mut settings);
            let folded = |pipeline: &Arc<Pipeline>| Arc::new(Folded::of(pipeline, &settings));
            let folded = self.plan.pipelines.iter().map(|(name, pipeline)| (name.clone(), folded(pipeline))).collect();
            Arc::new(Standing { settings, folded })
        });
        Arc::clone(standing)
    }

    fn known_pairs(&self) -> MutexGuard<'_, BTreeMap<[String; 2], Arc<Standing>>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing is written outside for this account: only a mode that says `live`, or none, writes.
    pub fn observes(&self, account: &str) -> bool {
        observes(&self.settings(account))
    }

    /// A setting that all accounts share, by its dotted name.
    pub fn setting(&self, name: &str) -> Option<&Value> {
        self.settings.get(name)
    }

    /// The accounts that are only observed.
    pub fn observing(&self) -> Vec<&str> {
        let accounts = self.plan.accounts.keys().map(String::as_str);
        accounts.filter(|account| self.observes(account)).collect()
    }

    /// `live`, `observe`, or `observe in part` where accounts differ.
    pub fn mode(&self) -> &'static str {
        match self.observing().len() {
            0 => "live",
            some if some == self.plan.accounts.len() => "observe",
            _ => "observe in part",
        }
    }

    fn nested(&self, accounts: &[&str]) -> Value {
        let mut record = Record::new();
        let own = accounts.iter().filter_map(|account| self.own_settings.get(*account)).flatten();
        for (name, value) in self.settings.iter().chain(own) {
            if let Some(path) = Path::parse(name) {
                path.write(&mut record, value.clone());
            }
        }
        Value::Record(record)
    }

    /// A secret of an account.
    pub fn secret(&self, account: &str, name: &str) -> Option<&str> {
        self.secrets.get(account)?.get(name).map(String::as_str)
    }

    /// Whether a row, of an answer to a write or a search, is as good as one of the record's own call.
    pub fn shows_whole(&self, (account, kind): (&str, &RecordType), row: &Row) -> bool {
        let is_told = self.peers.get(account).is_some_and(|peer| peer.shows_whole());
        is_told && kind.read.is_some() && self.needed.is_whole(account, kind, row)
    }

    /// What in a raw record was never documented, in a field that a pipeline reads.
    pub fn misfit(&self, kind: &RecordType, row: &Row) -> Option<String> {
        // What was read without a doubt needs no second look.
        if row.fits {
            return None;
        }
        let schema = self.schemas.get(&(kind.system.clone(), kind.name.clone()))?;
        schema.misfits(&row.raw()).first().map(|misfit| format!("{}: {}", misfit.path, misfit.message))
    }
}

/// A system whose limits are heeded.
fn as_heeded(system: &Arc<System>, world: &World) -> Arc<System> {
    if !world.plants(Planted::Budget) {
        return Arc::clone(system);
    }
    let mut boundless = System::clone(system);
    (boundless.limits.per_minute, boundless.limits.burst) = (u32::MAX, u32::MAX);
    Arc::new(boundless)
}

/// The way to peers whose wishes are heard.
fn as_heard(world: &World) -> Arc<dyn Transport> {
    let transport = Arc::clone(&world.transport);
    if world.plants(Planted::Silence) { Arc::new(Deaf(transport)) } else { transport }
}

/// Whether these settings keep everything from being written outside.
pub fn observes(settings: &Value) -> bool {
    let mode = settings.field("mode");
    !mode.is_null() && mode.as_text() != Some("live")
}

/// The lists for which the system's calls are repeated, each value once.
fn lists<'s>(system: &System, setting: impl Fn(&str) -> Option<&'s Value>) -> BTreeMap<String, Vec<String>> {
    let mut lists = BTreeMap::new();
    let calls = system.records.values().flat_map(|kind| kind.calls());
    for each in calls.filter_map(|call| call.each.as_ref()) {
        let mut values = Vec::new();
        for value in setting(&each.setting).and_then(Value::as_list).unwrap_or_default() {
            values.extend(value.to_key().filter(|text| !values.contains(text)));
        }
        lists.insert(each.setting.clone(), values);
    }
    lists
}

fn schemas(plan: &Plan) -> BTreeMap<(String, String), Validator> {
    let mut schemas = BTreeMap::new();
    for system in plan.systems.values() {
        for kind in system.records.values() {
            if let Ok(schema) = Validator::new(system, kind, &plan.paths_read(kind)) {
                schemas.insert((kind.system.clone(), kind.name.clone()), schema);
            }
        }
    }
    schemas
}
