//! All that the outside gives, in one hand.

use std::sync::Arc;

use super::clock::{Clock, SystemClock};
use super::environment::{Environment, ProcessEnvironment};
use super::files::Files;
use super::planted::Planted;
use super::random::{Random, SeededRandom};
use super::real_transport::RealTransport;
use super::spawner::{Spawner, ThreadSpawner};
use super::system_files::SystemFiles;
use super::transport::{Transport, TransportError};

/// What everything that acts reaches the outside through.
#[derive(Clone)]
pub struct World {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// To the peers.
    pub transport: Arc<dyn Transport>,
    /// Files.
    pub files: Arc<dyn Files>,
    /// Variables.
    pub environment: Arc<dyn Environment>,
    /// Tasks.
    pub spawner: Arc<dyn Spawner>,
    /// A fault that is planted, for a simulation that is to find it.
    pub planted: Option<Planted>,
}

impl World {
    /// The outside as it really is.
    ///
    /// # Errors
    /// The transport's failure.
    pub fn real() -> Result<Self, TransportError> {
        Ok(Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SeededRandom::from_entropy()),
            transport: Arc::new(RealTransport::new(Arc::new(SystemFiles))?),
            files: Arc::new(SystemFiles),
            environment: Arc::new(ProcessEnvironment),
            spawner: Arc::new(ThreadSpawner),
            planted: None,
        })
    }

    /// Whether this fault is planted.
    pub fn plants(&self, fault: Planted) -> bool {
        self.planted == Some(fault)
    }
}
