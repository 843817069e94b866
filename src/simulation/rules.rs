//! What is simulated: rules, where they are read anew, and what a run of them is asked to be.
//!
//! Everything else follows from its seed.

use std::path::PathBuf;
use std::sync::Arc;

use crate::language::plan::Plan;
use crate::simulator::Roof;
use crate::world::{Environment, Files, Planted};

/// What is simulated.
pub struct Rules {
    /// The compiled rules.
    pub plan: Plan,
    /// Where they are read anew.
    pub files: Arc<dyn Files>,
    /// The folder that they are in.
    pub folder: PathBuf,
    /// What a variable is that no account of theirs names as an address or a secret.
    pub environment: Arc<dyn Environment>,
    /// Whether both sides are held against what the shipped rules promise.
    pub shipped: bool,
    /// A fault that is to be found.
    pub planted: Option<Planted>,
    /// The world is the one that brings this fault to light, whether it is planted or not.
    pub provoked: Option<Planted>,
    /// The accounts that take the place of the shipped ones, whatever the seed draws.
    pub roof: Option<Roof>,
}
