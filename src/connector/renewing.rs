//! A token that is renewed by another, which the peer may change with each use: the new one is kept before anything
//! else is done, and that the old one was sent is kept before it is.
//!
//! Of several processes one asks at a time, and the others use what it got.

use jiff::Timestamp;

use super::connector::Connector;
use super::failure::Failure;
use super::granting::asking;
use super::token_answer::Granted;
use super::token_keeper::{Chain, TokenKeeper};
use crate::language::plan::TokenRules;

impl Connector {
    /// Has tokens kept by somebody, from now on and for good.
    pub fn keep_tokens(&self, keeper: std::sync::Arc<dyn TokenKeeper>) {
        // The same account of the same process has the same one.
        let _ = self.tokens.keeper.set(keeper);
    }

    /// The token that opens the account, as another process got it or asked for by the one that renews it.
    pub(super) async fn renewed_token(
        &self,
        rules: &TokenRules,
        first: &str,
        refused: Option<&str>,
    ) -> Result<Granted, Failure> {
        let Some(keeper) = self.tokens.keeper.get() else {
            let account = &self.account.name;
            let why = "its tokens are kept in the store, and nobody here may change them while the service has it";
            return Err(Failure::unsupported(format!("account {account} is not called: {why}")));
        };
        // What another process got needs no turn, and nobody who may write.
        if let Some(granted) = keeper.look(first).await.and_then(|chain| self.still_good(&chain, refused)) {
            return Ok(granted);
        }
        let chain = keeper.begin(first).await?;
        let renewed = self.renew(keeper.as_ref(), rules, (chain, refused)).await;
        keeper.end().await;
        renewed
    }

    /// The token that is kept, where it opens the account still.
    fn still_good(&self, chain: &Chain, refused: Option<&str>) -> Option<Granted> {
        let now = self.clock.now();
        self.account.issued.add(&chain.refresh);
        let (access, until) = chain.access.as_ref().filter(|(access, _)| refused != Some(access.as_str()))?;
        if until.is_some_and(|until| until <= now) {
            return None;
        }
        self.account.issued.add(access);
        let lasts = until.and_then(|until| until.duration_since(now).try_into().ok());
        Some(Granted { token: access.clone(), lasts, refresh: None })
    }

    async fn renew(
        &self,
        keeper: &dyn TokenKeeper,
        rules: &TokenRules,
        (chain, refused): (Chain, Option<&str>),
    ) -> Result<Granted, Failure> {
        if let Some(granted) = self.still_good(&chain, refused) {
            return Ok(granted);
        }
        let now = self.clock.now();
        let lost = chain.asked;
        let marked = Chain { asked: Some(lost.unwrap_or(now)), ..chain };
        let kept = keeper.keep(&marked).await;
        kept.map_err(|why| Failure::unusable(format!("no token is asked for: {why}"), None, false))?;
        let request = asking(rules, self, Some(&marked.refresh))?;
        let settled = Chain { asked: lost, ..marked.clone() };
        match self.ask_for_token(request).await {
            Ok(granted) => {
                let refresh = granted.refresh.clone().unwrap_or_else(|| marked.refresh.clone());
                let until = granted.lasts.and_then(|lasts| now.checked_add(lasts).ok());
                let next = Chain { refresh, access: Some((granted.token.clone(), until)), asked: None };
                if let Err(why) = keeper.keep(&next).await {
                    tracing::error!(
                        account = %self.account.name, %why,
                        "the refresh token that the peer gave could not be kept. It is kept with the next one; if this \
                         process ends before that, the account has to be authorised anew"
                    );
                }
                Ok(granted)
            }
            // It answered, and gave nothing: what was sent is what it knows.
            Err(found @ (Failure::Unauthorised { .. } | Failure::Transient { status: Some(400..), .. })) => {
                if let Err(why) = keeper.keep(&settled).await {
                    tracing::warn!(account = %self.account.name, %why, "what is known of a token is not kept");
                }
                Err(self.told_of_renewal(rules, found, lost))
            }
            Err(found) => Err(found),
        }
    }

    /// A refusal of the refresh token itself says what is to be done about it.
    fn told_of_renewal(&self, rules: &TokenRules, found: Failure, lost: Option<Timestamp>) -> Failure {
        match found {
            Failure::Unauthorised { status, message } if message.contains("invalid_grant") => {
                let first = rules.refresh().unwrap_or_default();
                let variable = self.account.variable_of(first);
                let why = match lost {
                    Some(at) => format!(
                        "the refresh token was sent at {at} and what the peer answered was never kept, so the one that \
                         it gave instead is lost"
                    ),
                    None => "the refresh token is not taken any more".to_owned(),
                };
                let message = format!(
                    "{message}. {why}: authorise the application anew, and set {variable} to the refresh token that \
                     comes of it"
                );
                Failure::Unauthorised { status, message }
            }
            other => other,
        }
    }
}
