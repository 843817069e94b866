//! How a system tells of changes by itself: why that is believed, and which records it names.

use std::time::Duration;

use super::auth::Basic;
use super::sign::{Algorithm, Encoding};
use crate::language::syntax::template::Template;
use crate::value::Path;

/// How a webhook is believed and read.
#[derive(Clone, Debug)]
pub struct WebhookRules {
    /// Why it is believed.
    pub trust: Trust,
    /// Where it is said what happened, if it is.
    pub kind: Option<Told>,
    /// Where something stands that is given back as it came: so a system makes sure of an address.
    pub challenge: Option<Path>,
    /// Where the events stand, where a message holds several.
    pub events: Option<Path>,
    /// What records it can name, tried in order.
    pub records: Vec<WebhookRecord>,
}

/// Why a webhook is believed.
#[derive(Clone, Debug)]
pub enum Trust {
    /// It is signed.
    Signed(SignatureRules),
    /// It shows what only the system knows.
    Shown {
        /// In headers.
        headers: Vec<(String, Template)>,
        /// As user and password.
        basic: Option<Basic>,
    },
    /// For nothing: whoever knows the address is believed, and what a message names is looked at.
    Nothing,
}

/// How a webhook is signed.
#[derive(Clone, Debug)]
pub struct SignatureRules {
    /// The header of the signature.
    pub header: String,
    /// What stands in it: `signature`, and maybe `time`, in the places of these holes.
    pub form: Template,
    /// The header of the time, where it has one of its own.
    pub time: Option<String>,
    /// What is signed.
    pub over: Template,
    /// How far its time may be from ours.
    pub tolerance: Duration,
    /// By what.
    pub algorithm: Algorithm,
    /// How it is written.
    pub encoding: Encoding,
    /// The account's secret.
    pub secret: String,
}

/// Where something is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// In the body, or in the event.
    Body(Path),
    /// In a header.
    Header(String),
}

/// Where a webhook names a record.
#[derive(Clone, Debug)]
pub struct WebhookRecord {
    /// The record type.
    pub record: String,
    /// Where its key may stand, first found wins.
    pub keys: Vec<Told>,
    /// The value of [`WebhookRules::kind`] that means this record; `None`: any.
    pub when_kind: Option<String>,
}

impl WebhookRules {
    /// The secrets of the account by which it is believed.
    pub fn secrets(&self) -> Vec<&str> {
        match &self.trust {
            Trust::Signed(signed) => vec![signed.secret.as_str()],
            Trust::Shown { headers, basic } => {
                let basic = basic.iter().flat_map(|basic| [&basic.user, &basic.password]);
                let templates = headers.iter().map(|(_, value)| value).chain(basic);
                templates.flat_map(Template::holes).filter_map(|hole| hole.strip_prefix("secrets.")).collect()
            }
            Trust::Nothing => Vec::new(),
        }
    }
}
