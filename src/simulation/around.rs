//! What is around the process: people on both sides, webhooks on their way, and what befalls the process itself.
//!
//! Each a task of its own that no crash ends. Where the storm is over they rest.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::disk::Weather;
use super::house::{Clerical, House};
use super::line::lock;
use super::network::Network;
use super::options::Fault;
use super::shelf::Save;
use crate::simulator::Webhook;
use crate::world::Random as _;

/// How long a webhook is under way as a rule.
const PROMPT: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(3));

/// How long a late one is.
const LATE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_hours(12));

/// How long the process is down after a crash.
const DOWN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(30));

/// How often chance looks whether something befalls the process.
const LOOK: Duration = Duration::from_mins(15);

/// How soon one act may follow another where somebody is in a hurry.
const HURRY: Duration = Duration::from_secs(4);

/// How often somebody goes through the inbox.
const INBOX: (Duration, Duration) = (Duration::from_mins(20), Duration::from_hours(5));

/// How soon a sender tries again whose webhook was not taken, and how often.
const AGAIN: (Duration, u32) = (Duration::from_mins(1), 3);

/// How long a system sends no webhooks.
const SILENT: (Duration, Duration) = (Duration::from_hours(2), Duration::from_hours(48));

/// How long rules stand as they were saved, as a rule and where somebody only writes file by file.
const SAVED: (Duration, Duration) = (Duration::from_secs(10), Duration::from_mins(25));
const SAVED_IN_A_HURRY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(50));

/// Everything around a process.
pub(super) struct Around {
    pub(super) house: Arc<House>,
    pub(super) network: Arc<Network>,
    pub(super) weather: Arc<Weather>,
    /// Accounts whose systems send no webhooks, and until when.
    pub(super) silent: Mutex<BTreeMap<String, Timestamp>>,
}

impl Around {
    /// Begins all of it.
    pub(super) fn begin(self: &Arc<Self>) {
        for account in self.network.peers.sides.keys() {
            let (own, account) = (Arc::clone(self), account.clone());
            self.house.line.around(async move { own.person(&account).await });
        }
        let (doom, raise, clerk) = (Arc::clone(self), Arc::clone(self), Arc::clone(self));
        self.house.line.around(async move { clerk.clerk().await });
        self.house.line.around(async move { doom.befalls().await });
        self.house.line.around(async move { raise.raises().await });
        if self.weather.options.rate(Fault::Save) > 0 {
            let author = Arc::clone(self);
            self.house.line.around(async move { author.saves().await });
        }
        let own = Arc::downgrade(self);
        let post = move |account: &str, webhooks: Vec<Webhook>| {
            let Some(own) = own.upgrade() else { return };
            for webhook in webhooks {
                own.weather.chronicle.posting(account, &webhook, || own.posts(account, std::slice::from_ref(&webhook)));
            }
        };
        let _ = self.network.post.set(Box::new(post));
    }

    async fn sleep(&self, between: (Duration, Duration)) {
        self.weather.clock.sleep(self.weather.chance.length(between.0, between.1)).await;
    }

    /// Somebody acts, rests, and now and then acts again at once.
    async fn person(&self, account: &str) {
        loop {
            let rest = if self.weather.chance.once_in(3) { HURRY } else { self.weather.options.rest };
            self.sleep((Duration::ZERO, rest)).await;
            if !self.weather.is_stormy() {
                return;
            }
            self.network.people(account);
        }
    }

    /// Somebody goes through the inbox: tries again, and takes out what is not worth it.
    async fn clerk(&self) {
        loop {
            self.sleep(INBOX).await;
            if !self.weather.is_stormy() {
                return;
            }
            let acts = [Clerical::Drop, Clerical::Retry, Clerical::Leave];
            self.house.inbox(|_| self.weather.chance.one_of(&acts).copied().unwrap_or(Clerical::Leave)).await;
        }
    }

    /// What befalls the process.
    async fn befalls(&self) {
        loop {
            self.weather.clock.sleep(LOOK).await;
            if !self.weather.is_stormy() {
                return;
            }
            self.sleep((Duration::ZERO, LOOK / 2)).await;
            if self.weather.strikes(Fault::Outage) {
                self.network.leaves();
            }
            if self.weather.strikes(Fault::Crash) {
                self.weather.ends.notify_one();
            }
            if self.weather.strikes(Fault::Reload) {
                self.house.reload().await;
            }
            if self.weather.strikes(Fault::Restart) {
                self.house.end().await;
                self.weather.ends.notify_one();
            }
            if self.weather.strikes(Fault::WebhookForged) {
                self.forges().await;
            }
            if self.weather.strikes(Fault::WebhooksSilent) {
                self.falls_silent();
            }
        }
    }

    /// A system sends no webhooks for a while.
    fn falls_silent(&self) {
        let accounts: Vec<&String> = self.network.peers.sides.keys().collect();
        let Some(account) = self.weather.chance.one_of(&accounts) else { return };
        let length = SignedDuration::try_from(self.weather.chance.length(SILENT.0, SILENT.1)).unwrap_or_default();
        self.house.trace.note(&format!("{account} sends no webhooks for {length:#}"));
        let until = self.weather.clock.now().saturating_add(length).unwrap_or(Timestamp::MAX);
        lock(&self.silent).insert((*account).clone(), until);
    }

    /// Somebody saves the rules, well or badly, and puts them right again.
    async fn saves(&self) {
        loop {
            self.weather.clock.sleep(LOOK).await;
            if !self.weather.is_stormy() {
                break;
            }
            if self.weather.strikes(Fault::Save) && self.house.shelf.tidy() {
                let how = self.weather.chance.one_of(&Save::ALL).copied().unwrap_or(Save::Good);
                self.saves_so(how).await;
            }
        }
    }

    async fn saves_so(&self, how: Save) {
        let (shelf, chance) = (&self.house.shelf, &self.weather.chance);
        if !shelf.save(how, chance) {
            return;
        }
        // A file that ends in the middle and is right all the same is another thing.
        if how == Save::Half && shelf.plan().is_some() {
            shelf.tidy();
            return;
        }
        self.house.trace.note(&format!("the rules are saved: {how:?}"));
        if how == Save::Turned {
            self.network.watches.offers_less();
        }
        self.house.reload().await;
        let between = if chance.once_in(2) { SAVED_IN_A_HURRY } else { SAVED };
        self.sleep(between).await;
        shelf.tidy();
        self.house.trace.note("the rules are put right");
        while !self.house.reload().await {
            self.weather.clock.sleep(AGAIN.0).await;
        }
    }

    /// Whoever watches over the process begins it again.
    async fn raises(&self) {
        loop {
            self.weather.ends.notified().await;
            self.house.crash();
            self.sleep(DOWN).await;
            if let Err(why) = self.house.begin().await {
                self.house.trace.wrong(format!("the process cannot begin again: {why}"));
                return;
            }
            self.weather.chronicle.note(super::chronicle::What::Begins);
        }
    }

    fn posts(self: &Arc<Self>, account: &str, webhooks: &[Webhook]) {
        for webhook in webhooks {
            let is_silent = lock(&self.silent).get(account).is_some_and(|until| *until > self.weather.clock.now());
            if is_silent && self.weather.is_stormy() || self.weather.strikes(Fault::WebhookLost) {
                continue;
            }
            for _ in 0..=u32::from(self.weather.strikes(Fault::WebhookTwice)) {
                let between = if self.weather.strikes(Fault::WebhookLate) { LATE } else { PROMPT };
                let (own, account, webhook) = (Arc::clone(self), account.to_owned(), webhook.clone());
                self.house.line.around(async move {
                    own.sleep(between).await;
                    own.delivers(&account, &webhook).await;
                });
            }
        }
    }

    /// A webhook is brought, and brought again where it was not taken.
    async fn delivers(&self, account: &str, webhook: &Webhook) {
        for _ in 0..AGAIN.1 {
            match self.house.receive(account, webhook).await {
                Some(answer) if answer.status == 202 => return,
                Some(answer) if answer.status != 503 => {
                    // A system that takes no webhooks has nowhere to send them.
                    if answer.status != 404 {
                        self.house.trace.wrong(format!("a webhook of {account} is answered {}", answer.status));
                    }
                    return;
                }
                _ => self.weather.clock.sleep(AGAIN.0).await,
            }
        }
    }

    /// Somebody who does not have the key makes up a webhook.
    async fn forges(&self) {
        let accounts: Vec<&String> = self.network.peers.sides.keys().collect();
        let Some(account) = self.weather.chance.one_of(&accounts) else { return };
        let body = format!("{{\"id\":\"{}\",\"number\":\"x\"}}", self.weather.chance.below(9)).into_bytes();
        let headers = vec![("X-Signature".to_owned(), "guessed".to_owned())];
        let made_up = Webhook { headers, body, company: None };
        if self.house.receive(account, &made_up).await.is_some_and(|answer| answer.status == 202) {
            self.house.trace.wrong(format!("a webhook that {account} never sent is taken"));
        }
    }
}
