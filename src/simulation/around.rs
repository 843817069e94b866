//! What is around the process: people on both sides, webhooks on their way, and what befalls the process itself.
//!
//! Each a task of its own that no crash ends. Where the storm is over they rest.

use std::sync::Arc;
use std::time::Duration;

use super::disk::Weather;
use super::house::{Clerical, House};
use super::network::Network;
use super::options::Fault;
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

/// Everything around a process.
pub(super) struct Around {
    pub(super) house: Arc<House>,
    pub(super) network: Arc<Network>,
    pub(super) weather: Arc<Weather>,
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
            if self.weather.strikes(Fault::WebhookLost) {
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
