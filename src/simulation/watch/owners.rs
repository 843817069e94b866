//! What a write may say under the shipped rules, as the switches of who owns what stand.

use std::collections::BTreeMap;

use crate::simulator::due::forbidden;
use crate::world::Request;

/// The switches.
pub(super) struct Owners(BTreeMap<String, String>);

impl Owners {
    pub(super) fn new(settings: &BTreeMap<String, String>) -> Self {
        Self(settings.clone())
    }

    /// What a request says that nobody may write, if anything.
    pub(super) fn wrong(&self, request: &Request) -> Option<String> {
        let name = forbidden(request, &self.0)?;
        Some(format!("{} {} writes `{name}`, which is not for the service to say", request.method, request.url))
    }
}
