//! What a simulated system is: a state that answers requests.
//!
//! Synchronous and without a clock of its own, so that an HTTP shell and a seeded simulation can
//! drive the very same code.

use jiff::Timestamp;

use super::act::Act;
use super::whim::{Mood, Whim};
use crate::world::{Request, Response};

/// A message that the system wants delivered to its subscriber: signed bytes, no address.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Header names and values, the signature among them.
    pub headers: Vec<(String, String)>,
    /// The exact bytes that were signed.
    pub body: Vec<u8>,
    /// The company whose subscription this is, where a system serves several.
    pub company: Option<i64>,
}

/// What one request led to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The answer.
    pub response: Response,
    /// Messages to the subscriber, in the order in which they arose.
    pub webhooks: Vec<Webhook>,
}

/// A system in miniature.
pub trait Simulator: Send {
    /// Answers one request at this instant. `request.url` is path and query only.
    fn handle(&mut self, now: Timestamp, request: &Request) -> Outcome;

    /// What people can do in it, under `/_control/`.
    fn acts(&self) -> &'static [Act] {
        &[]
    }

    /// What somebody takes into their head to do next, if anything.
    fn whim(&self, _mood: &Mood<'_>) -> Option<Whim> {
        None
    }

    /// Sets the key that signs webhooks from now on.
    fn set_webhook_key(&mut self, key: String);

    /// Sets the key that signs one company's webhooks from now on, where one is given. False where there is no such
    /// company, as in a system that serves only one.
    fn subscribe_company(&mut self, _company: i64, _key: Option<String>) -> bool {
        false
    }
}
