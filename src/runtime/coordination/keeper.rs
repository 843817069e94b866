//! Tokens of accounts in the store: sealed, one process at a time, each written over the one that was read.
//!
//! Knows no peer. A role says who may ask; where that came to another in the meantime, what is written over says so.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::membership::Membership;
use super::seal::{SealKey, TOKEN_KEY};
use crate::connector::token_keeper::{Chain, TokenKeeper};
use crate::connector::{Connector, Failure};
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::store::{KeptToken, Lead, Role, Store, StoreError};
use crate::world::{Clock, World};

/// How long the turn of asking is had at most: longer than a call may take.
const TURN: Duration = Duration::from_mins(2);

/// How often it is looked whether another process has asked.
const LOOK: Duration = Duration::from_millis(50);

/// How many times.
const LOOKS_MAX: u32 = 100;

/// Who keeps the tokens of one account.
pub struct Keeper {
    account: String,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    membership: Arc<Membership>,
    key: SealKey,
    turn: Mutex<Turn>,
}

/// What is known while the turn is had.
#[derive(Default)]
struct Turn {
    lead: Option<Lead>,
    /// The number of what is kept.
    number: i64,
    /// The name of the token that people gave.
    first: String,
    /// What could not be kept, and the number that it is to be written over.
    unkept: Option<(Chain, i64)>,
}

impl Keeper {
    /// Who keeps the tokens of an account, in the name of the node that this process is.
    pub fn new(account: &str, store: Arc<dyn Store>, clock: Arc<dyn Clock>, key: SealKey) -> Self {
        let (membership, turn) = Default::default();
        Self { account: account.to_owned(), store, clock, membership, key, turn }
    }

    async fn lead(&self) -> Result<Lead, Failure> {
        let role = Role::Token(self.account.clone());
        let later = |why: String| Failure::unusable(format!("no token is asked for: {why}"), None, false);
        for _ in 0..LOOKS_MAX {
            let led = match self.node_leads(&role).await {
                Err(StoreError::LostClaim) => {
                    self.membership.was_given_up().await;
                    self.node_leads(&role).await
                }
                led => led,
            };
            let led = led.map_err(|error| match error {
                StoreError::InUse(_) => Failure::unsupported(format!(
                    "account {}: the token that is kept opens it no longer, and who only looks asks for no other: a \
                     service that runs does at its next call, and `petiole sync` does",
                    self.account
                )),
                error => later(error.to_string()),
            })?;
            if let Some(lead) = led {
                return Ok(lead);
            }
            self.clock.sleep(LOOK).await;
        }
        Err(later("another process asks for it".to_owned()))
    }

    async fn node_leads(&self, role: &Role) -> Result<Option<Lead>, StoreError> {
        let node = self.membership.node(self.store.as_ref(), self.clock.as_ref()).await?;
        self.store.lead(node, role, TURN).await
    }

    /// What is kept, where it goes back to the token that people gave.
    fn opened(&self, kept: Option<&KeptToken>, (first, own): (&str, &str)) -> Result<Chain, Failure> {
        let Some(kept) = kept.filter(|kept| kept.first == own) else {
            return Ok(Chain { refresh: first.to_owned(), ..Chain::default() });
        };
        let text = self.key.open(&self.about(own), &kept.sealed);
        let chain = text.and_then(|text| chain(&text)).map(|chain| Chain { asked: kept.asked, ..chain });
        chain.ok_or_else(|| {
            let account = &self.account;
            Failure::unsupported(format!(
                "account {account}: what is kept of its tokens was sealed with another key. Set {TOKEN_KEY} as it was, \
                 or authorise the application anew and give the account the refresh token that comes of it"
            ))
        })
    }

    fn about(&self, first: &str) -> String {
        format!("{}\n{first}", self.account)
    }

    async fn write(&self, turn: &Turn, (chain, over): (&Chain, i64)) -> Result<bool, String> {
        let sealed = self.key.seal(&self.about(&turn.first), &text(chain)).ok_or("it cannot be sealed")?;
        let token = KeptToken {
            account: self.account.clone(),
            number: over.saturating_add(1),
            first: turn.first.clone(),
            sealed,
            at: self.clock.now(),
            asked: chain.asked,
        };
        if self.store.keep_token(token.clone()).await.map_err(|error| error.to_string())? {
            return Ok(true);
        }
        // It may have been written by a try that was not heard of.
        let kept = self.store.kept_token(&self.account).await.map_err(|error| error.to_string())?;
        Ok(kept.is_some_and(|kept| (kept.number, &kept.sealed) == (token.number, &token.sealed)))
    }
}

#[async_trait]
impl TokenKeeper for Keeper {
    async fn look(&self, first: &str) -> Option<Chain> {
        let kept = self.store.kept_token(&self.account).await.ok()??;
        self.opened(Some(&kept), (first, &hex::encode(Sha256::digest(self.about(first))))).ok()
    }

    async fn begin(&self, first: &str) -> Result<Chain, Failure> {
        let mut turn = self.turn.lock().await;
        turn.lead = Some(self.lead().await?);
        turn.first = hex::encode(Sha256::digest(self.about(first)));
        let kept = self.store.kept_token(&self.account).await;
        let kept = kept.map_err(|error| Failure::unusable(format!("no token is asked for: {error}"), None, false))?;
        turn.number = kept.as_ref().map_or(0, |kept| kept.number);
        if let Some((chain, over)) = turn.unkept.take().filter(|(_, over)| *over == turn.number) {
            return Ok(match self.write(&turn, (&chain, over)).await {
                Ok(true) => {
                    turn.number = over.saturating_add(1);
                    chain
                }
                _ => {
                    turn.unkept = Some((chain.clone(), over));
                    chain
                }
            });
        }
        self.opened(kept.as_ref(), (first, &turn.first))
    }

    async fn keep(&self, chain: &Chain) -> Result<(), String> {
        let mut turn = self.turn.lock().await;
        let over = turn.number;
        let kept = self.write(&turn, (chain, over)).await;
        match kept {
            Ok(true) => {
                turn.number = over.saturating_add(1);
                turn.unkept = None;
                Ok(())
            }
            Ok(false) => Err("another process has changed what is kept of it".to_owned()),
            Err(why) => {
                turn.unkept = Some((chain.clone(), over));
                Err(why)
            }
        }
    }

    async fn end(&self) {
        let lead = self.turn.lock().await.lead.take();
        if let Some(lead) = lead
            && let Err(error) = self.store.resign(&lead).await
        {
            let account = &self.account;
            tracing::debug!(%account, %error, "the turn of asking was not given back; it ends by itself");
        }
    }
}

impl Runtime {
    /// Has the tokens of a generation's accounts kept in the store.
    pub(crate) fn keep_tokens(&self, live: &Live) {
        keep_tokens(live, (&self.store, &self.world), &self.membership);
    }
}

/// Has the tokens of accounts kept in a store.
pub(crate) fn keep_tokens(live: &Live, (store, world): (&Arc<dyn Store>, &World), membership: &Arc<Membership>) {
    let token = |peer: &Connector| peer.system().auth.token.clone();
    let keeps = |peer: &&Arc<Connector>| token(peer).is_some_and(|token| token.refresh().is_some());
    for peer in live.peers.values().filter(keeps) {
        // Where there is no key, such rules do not serve.
        let key = world.environment.variable(TOKEN_KEY).and_then(|text| SealKey::parse(&text));
        let Some(key) = key else { continue };
        let keeper = Keeper::new(peer.account(), Arc::clone(store), Arc::clone(&world.clock), key);
        peer.keep_tokens(Arc::new(Keeper { membership: Arc::clone(membership), ..keeper }));
    }
}

/// As it is sealed.
fn text(chain: &Chain) -> String {
    let (access, until) = chain.access.clone().map_or((None, None), |(access, until)| (Some(access), until));
    json!({ "refresh": chain.refresh, "access": access, "until": until.map(|until| until.to_string()) }).to_string()
}

fn chain(text: &str) -> Option<Chain> {
    let json: Json = serde_json::from_str(text).ok()?;
    let word = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    let until = word("until").and_then(|text| text.parse::<Timestamp>().ok());
    Some(Chain { refresh: word("refresh")?, access: word("access").map(|access| (access, until)), asked: None })
}
