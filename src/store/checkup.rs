//! How a store is: what is well, what will not go well for long, and what a person can do about it.
//!
//! Only looks. Knows no engine; each looks at what goes wrong with it.

use std::borrow::Cow;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::error::StoreError;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// Nothing is to be done.
    Well,
    /// It works, and somebody should look at it.
    Doubtful,
    /// It does not work, or what was promised is not kept.
    Wrong,
}

impl Health {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Doubtful => "look",
            Self::Wrong => "wrong",
        }
    }
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What, in a word or two.
    pub what: Cow<'static, str>,
    /// How it is.
    pub health: Health,
    /// What was seen.
    pub seen: String,
    /// What to do, where anything is.
    pub mend: Option<String>,
}

impl Checked {
    /// It is as it should be.
    pub fn well(what: impl Into<Cow<'static, str>>, seen: impl Into<String>) -> Self {
        let what = what.into();
        Self { what, health: Health::Well, seen: seen.into(), mend: None }
    }

    /// It is not, and this is what to do.
    pub fn ill(
        what: impl Into<Cow<'static, str>>,
        health: Health,
        seen: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { what: what.into(), health, seen: seen.into(), mend: Some(mend.into()) }
    }

    /// As scripts read it.
    pub fn to_json(&self) -> Json {
        json!({ "what": self.what, "health": self.health.as_str(), "seen": self.seen, "mend": self.mend })
    }
}

/// A store that can be looked at.
#[async_trait]
pub trait Checkup: Send + Sync {
    /// Looks at everything.
    ///
    /// # Errors
    /// Where nothing can be asked.
    async fn examine(&self) -> Result<Vec<Checked>, StoreError>;
}
