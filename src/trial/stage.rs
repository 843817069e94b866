//! What one test is played on: peers, plan with the test's own settings and accounts, runtime.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::broadcast::Receiver;

use super::wire::{StoodClock, Wire, base_url};
use crate::language::plan::test::{RuleTest, TestAccount};
use crate::language::plan::{Account, Constant, Plan, Setting, SettingType, Template, TemplatePart};
use crate::peer::{Peer, PeerCall};
use crate::runtime::coordination::seal::TOKEN_KEY;
use crate::runtime::limits::POLL_INTERVAL;
use crate::runtime::service::dispatcher;
use crate::runtime::{Happening, Live, Pace, RuleState, Runtime};
use crate::store::memory::MemoryStore;
use crate::store::{Hint, HintSource, RecordRef};
use crate::value::{Kind, Value};
use crate::world::{Clock as _, SeededRandom, SystemFiles, ThreadSpawner, World};

/// How often both sides may answer each other before a test is given up.
pub(super) const ROUNDS_MAX: usize = 20;

/// How long a test waits, by its own clock, for what is put off: changes of one record that are joined (`same_record`).
const PUT_OFF_MAX: Duration = Duration::from_secs(5);

/// The seed of what chance there is.
const SEED: u64 = 7;

/// The key by which tokens are sealed, of which nothing is kept.
const KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What stands for a property that calls send as a whole number.
const NUMBER: i64 = 1;

/// Happenings of one test at most; of more, the latest are looked at.
const HAPPENINGS_MAX: usize = 1_024;

/// A stage.
pub(super) struct Stage {
    pub(super) plan: Arc<Plan>,
    pub(super) wire: Arc<Wire>,
    pub(super) clock: Arc<StoodClock>,
    pub(super) runtime: Arc<Runtime>,
    happenings: Receiver<Happening>,
}

impl Stage {
    /// A stage without records.
    pub(super) fn new(plan: &Plan, test: &RuleTest) -> Result<Self, String> {
        let plan = Arc::new(with_own(plan, test));
        let clock = Arc::new(StoodClock::new());
        let peers = plan.accounts.values().filter_map(|account| {
            let system = plan.systems.get(&account.system)?;
            Some((account.name.clone(), Peer::new(Arc::clone(system))))
        });
        let wire = Arc::new(Wire::new(peers.collect(), Arc::clone(&clock)));
        let defaults = defaults(&plan);
        let world = World {
            clock: Arc::clone(&clock) as _,
            random: Arc::new(SeededRandom::new(SEED)),
            transport: Arc::clone(&wire) as _,
            files: Arc::new(SystemFiles),
            // A variable without a default stands for its own name.
            environment: Arc::new(move |name: &str| {
                let own = if name == TOKEN_KEY { KEY } else { name };
                Some(defaults.get(name).map_or(own, String::as_str).to_owned())
            }),
            spawner: Arc::new(ThreadSpawner),
            planted: None,
        };
        let live = Live::new(1, Arc::clone(&plan), &world, None)
            .map_err(|missing| missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        let store = MemoryStore::new(Arc::clone(&clock) as _);
        let pace = Pace { poll_interval: POLL_INTERVAL, happenings_kept: HAPPENINGS_MAX };
        let rules = RuleState::new(PathBuf::new(), clock.now(), true, json!([]));
        let runtime = Runtime::new(Arc::new(store), world, live, rules, pace);
        let happenings = runtime.listen();
        Ok(Self { plan, wire, clock, runtime, happenings })
    }

    /// Tells the runtime of changed records and lets it work until both sides are at rest: what it
    /// writes is told to it again, as the systems' own webhooks would.
    pub(super) async fn run(&self, changed: Vec<RecordRef>) -> Result<(), String> {
        let mut changed = changed;
        for _ in 0..ROUNDS_MAX {
            if changed.is_empty() {
                return Ok(());
            }
            let before = self.written();
            let hints = changed.iter().map(|target| self.hint(target)).collect();
            self.runtime.accept(hints).await.map_err(|trouble| trouble.to_string())?;
            dispatcher::settle(&self.runtime, PUT_OFF_MAX).await;
            changed = self.written().split_off(before.len());
        }
        Err(format!("both sides still answer each other after {ROUNDS_MAX} rounds"))
    }

    fn hint(&self, target: &RecordRef) -> Hint {
        Hint { at: self.clock.now(), source: HintSource::Webhook, target: target.clone(), version: None, first: false }
    }

    /// The records that calls changed so far, in the order in which they did.
    fn written(&self) -> Vec<RecordRef> {
        let done = |call: &PeerCall| call.kind.is_write() && call.refused.is_none();
        let mut found = Vec::new();
        for (account, peer) in self.wire.peers() {
            for call in peer.calls().filter(|call| done(call)) {
                let target = RecordRef {
                    account: account.clone(),
                    record: call.record.clone(),
                    id: call.key.clone().unwrap_or_default(),
                };
                found.push((call.at, target));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, target)| target).collect()
    }

    /// The writes that were asked of the peers, refused ones too, in order.
    pub(super) fn writes(&self) -> Vec<(String, PeerCall)> {
        let mut found = Vec::new();
        for (account, peer) in self.wire.peers() {
            found.extend(peer.calls().filter(|call| call.kind.is_write()).map(|call| (account.clone(), call.clone())));
        }
        found.sort_by_key(|(_, call)| call.at);
        found
    }

    /// What happened since the last time it was asked.
    pub(super) fn happened(&mut self) -> Vec<Happening> {
        let mut found = Vec::new();
        while found.len() < HAPPENINGS_MAX {
            match self.happenings.try_recv() {
                Ok(happening) => found.push(happening),
                Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_)) => {}
                Err(_) => break,
            }
        }
        found
    }
}

/// The plan with the test's settings and accounts, every account at its peer.
fn with_own(plan: &Plan, test: &RuleTest) -> Plan {
    let mut own = plan.clone();
    own.settings.extend(test.settings.iter().map(|(name, setting)| (name.clone(), setting.clone())));
    // What a peer in memory does not show is gone.
    for system in own.systems.values_mut().map(Arc::make_mut) {
        system.settle_after = Duration::ZERO;
        // The peer of each account grants its tokens itself.
        if let Some(token) = &mut system.auth.token {
            token.url = Template(vec![TemplatePart::Text(token.path())]);
        }
    }
    let mut accounts: BTreeMap<String, Account> =
        own.accounts.iter().map(|(name, account)| (name.clone(), account.as_ref().clone())).collect();
    for system in own.systems.keys().filter(|name| !plan.accounts.values().any(|one| one.system == **name)) {
        accounts.entry(system.clone()).or_insert_with(|| added(system, system));
    }
    for system in own.systems.keys().filter(|name| alone(plan, test, name)) {
        accounts.retain(|_, account| account.system != *system);
        accounts.insert(system.clone(), added(system, system));
    }
    // What a test says of settings holds for every account of which it says nothing else.
    for account in accounts.values_mut() {
        account.settings.retain(|name, _| !test.settings.contains_key(name));
    }
    for change in &test.accounts {
        let account = accounts.entry(change.name.clone());
        let account = account.or_insert_with(|| added(&change.name, change.system.as_deref().unwrap_or(&change.name)));
        change_account(account, change);
    }
    for account in accounts.values_mut() {
        account.base_url = Setting::Value(base_url(&account.name).into());
        for name in secrets_of(plan, &account.system) {
            account.secrets.entry(name.clone()).or_insert_with(|| Setting::Value(name.into()));
        }
    }
    for account in accounts.values_mut() {
        for name in numbers_of(plan, &account.system) {
            let unset = matches!(account.properties.get(&name), None | Some(Setting::Env { default: None, .. }));
            if unset {
                account.properties.insert(name, Setting::Value(Value::Integer(NUMBER)));
            }
        }
    }
    own.accounts = accounts.into_iter().map(|(name, account)| (name, Arc::new(account))).collect();
    own.standing = own.switches().seen();
    own
}

/// Whether the test speaks of a system as if it had one account, whatever accounts the rules have.
fn alone(plan: &Plan, test: &RuleTest, system: &str) -> bool {
    let named = test.given.iter().chain(&test.when).map(|one| &one.account);
    let named = named.chain(test.gone.iter().map(|one| &one.account));
    let named = named.chain(test.then.iter().map(|one| &one.account)).chain(test.accounts.iter().map(|one| &one.name));
    !plan.accounts.contains_key(system) && named.into_iter().any(|account| account == system)
}

fn change_account(account: &mut Account, change: &TestAccount) {
    account.properties.extend(change.properties.iter().map(|(name, value)| (name.clone(), value.clone())));
    if let Some(carries) = &change.carries {
        account.carries.clone_from(carries);
    }
    account.settings.extend(change.settings.iter().map(|(name, value)| (name.clone(), value.clone())));
}

fn added(name: &str, system: &str) -> Account {
    Account {
        name: name.to_owned(),
        system: system.to_owned(),
        base_url: Setting::Value(base_url(name).into()),
        secrets: BTreeMap::new(),
        properties: BTreeMap::new(),
        carries: None,
        settings: BTreeMap::new(),
    }
}

/// The secrets that a system's calls name.
fn secrets_of(plan: &Plan, system: &str) -> Vec<String> {
    let parts = plan.systems.get(system).into_iter().flat_map(|system| system.templates()).flat_map(|one| &one.0);
    let filled = parts.filter_map(|part| match part {
        TemplatePart::Hole(name) => name.strip_prefix("secrets.").map(str::to_owned),
        TemplatePart::Text(_) => None,
    });
    let named = plan.systems.get(system).into_iter().flat_map(|system| system.auth.secrets());
    filled.chain(named.map(str::to_owned)).collect()
}

/// Properties that calls send as whole numbers: a variable's name could not stand for one.
fn numbers_of(plan: &Plan, system: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some(system) = plan.systems.get(system) else { return found };
    for kind in system.records.values() {
        for (path, constant) in kind.calls().flat_map(|call| &call.body) {
            let Constant::Text(template) = constant else { continue };
            let whole = kind.field(path).is_some_and(|field| field.kind == Kind::Integer);
            if let ([TemplatePart::Hole(hole)], true) = (template.0.as_slice(), whole) {
                found.extend(hole.strip_prefix("account.").map(str::to_owned));
            }
        }
    }
    found
}

/// Variables that the rules give a default, or whose setting must have one of a few values.
fn defaults(plan: &Plan) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for account in plan.accounts.values() {
        account.properties.values().for_each(|setting| note(setting, None, &mut found));
    }
    let of_accounts = plan.accounts.values().flat_map(|account| &account.settings);
    for (name, setting) in plan.settings.iter().chain(of_accounts) {
        note(setting, plan.setting_types.get(name).and_then(SettingType::sample), &mut found);
    }
    found
}

fn note(setting: &Setting, sample: Option<String>, found: &mut BTreeMap<String, String>) {
    match setting {
        Setting::Env { name, default, .. } => {
            found.extend(default.clone().or(sample).map(|value| (name.clone(), value)));
        }
        Setting::List(items) => items.iter().for_each(|item| note(item, sample.clone(), found)),
        Setting::Value(_) => {}
    }
}
