//! How an account's changes are heard of: by webhooks, and by looks for changes. Asks the store, not the peer.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::mended::variable;
use crate::language::plan::{Account, WebhookRules};
use crate::runtime::live::Live;
use crate::store::checkup::{Checked, Health};
use crate::store::{HintSource, Store, StoreError};
use crate::value::{duration, timestamp};

/// What is known beside what the accounts say themselves.
#[derive(Clone, Default)]
pub struct Beside {
    /// The store, where there is one to be read.
    pub store: Option<Arc<dyn Store>>,
    /// What a service that runs on it says of itself (`GET /api/v1/status`); null where none answers.
    pub service: Json,
}

/// Whether webhooks can be believed, and when anything was last heard.
pub(super) async fn heard(live: &Live, account: &Account, beside: &Beside, now: Timestamp) -> Vec<Checked> {
    let mut checked = Vec::new();
    let rules = live.plan.systems.get(&account.system).and_then(|system| system.webhook.as_ref());
    checked.extend(rules.into_iter().flat_map(WebhookRules::secrets).map(|secret| key(live, account, secret)));
    let Some(store) = &beside.store else { return checked };
    let of_store = async {
        let told = store.last_told(&account.name, HintSource::Webhook).await?;
        checked.extend(rules.map(|_| webhooks(account, told, now)));
        checked.push(polls(live, account, (store.as_ref(), &beside.service), now).await?);
        Ok::<(), StoreError>(())
    };
    if let Err(error) = of_store.await {
        let mend = "mend the store, as is said of it above";
        checked.push(Checked::ill("heard", Health::Doubtful, format!("the store does not say: {error}"), mend));
    }
    checked
}

fn key(live: &Live, account: &Account, secret: &str) -> Checked {
    let setting = account.secrets.get(secret);
    let name = setting.and_then(variable).unwrap_or(secret);
    match live.secret(&account.name, secret) {
        Some(key) if !key.is_empty() => Checked::well("webhook key", format!("{name} is set")),
        _ if setting.is_none() => {
            let seen = format!("the account names no secret `{secret}`, so every webhook is refused");
            let mend = format!("write `{secret}: ${{VARIABLE}}` under `secrets` of the account");
            Checked::ill("webhook key", Health::Wrong, seen, mend)
        }
        _ => {
            let seen = format!("{name} is not set, so every webhook is refused");
            Checked::ill("webhook key", Health::Wrong, seen, format!("set {name} to the key that signs webhooks there"))
        }
    }
}

fn webhooks(account: &Account, told: Option<Timestamp>, now: Timestamp) -> Checked {
    match told {
        Some(at) => Checked::well("webhooks", format!("the last one was taken {}", shown(at, now))),
        None => {
            let name = &account.name;
            let seen = "never seen, as far as the journal goes back; polls find what changes, only later";
            let mend = format!("have the peer send them to /webhooks/{name} of the service, signed by the webhook key");
            Checked::ill("webhooks", Health::Doubtful, seen, mend)
        }
    }
}

/// When changes were looked for: as the service says that does it, else as far as the store tells.
async fn polls(
    live: &Live,
    account: &Account,
    (store, service): (&dyn Store, &Json),
    now: Timestamp,
) -> Result<Checked, StoreError> {
    let own = service.get("accounts").and_then(|accounts| accounts.get(&account.name));
    let last = own.and_then(|own| own.get("last_poll")).and_then(Json::as_str).and_then(timestamp::parse);
    if let Some(at) = last {
        return Ok(Checked::well("polls", format!("the last one ended {}", shown(at, now))));
    }
    let told = store.last_told(&account.name, HintSource::Poll).await?;
    let system = live.plan.systems.get(&account.system);
    let mut known = None;
    for kind in system.into_iter().flat_map(|system| system.records.keys()) {
        known = known.max(store.cursor(&account.name, kind).await?);
    }
    Ok(match (told, known) {
        (Some(at), _) => Checked::well("polls", format!("the last one that found a change was {}", shown(at, now))),
        (None, Some(at)) => Checked::well("polls", format!("changes are known up to {}", shown(at, now))),
        (None, None) => {
            let mend = "`petiole run` looks for changes at every interval, `petiole sync` once";
            Checked::ill("polls", Health::Doubtful, "never, as far as the store tells", mend)
        }
    })
}

/// An instant, and how long ago it was.
fn shown(at: Timestamp, now: Timestamp) -> String {
    let age = std::time::Duration::try_from(now.duration_since(at)).unwrap_or_default();
    format!("at {} ({} ago)", timestamp::text_to_second(at), duration::about(age))
}
