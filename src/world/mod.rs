//! What the outside gives: time, randomness, transport, files, the environment, tasks.
//!
//! Everything that acts reaches the outside only through the traits here, so that a
//! simulation can bring its own. Knows nothing of rules or systems.

pub mod clock;
pub mod environment;
pub mod files;
mod folder_transport;
pub mod http_transport;
pub mod log_sink;
pub mod planted;
mod random;
mod real_transport;
pub mod spawner;
pub mod system_files;
mod table_place;
mod table_records;
mod table_text;
pub mod threads;
pub mod trace_sink;
pub mod transport;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod world;

pub use clock::{Clock, SystemClock};
pub use environment::{Environment, ProcessEnvironment};
pub use files::Files;
pub use http_transport::HttpTransport;
pub use planted::Planted;
pub use random::{Random, SeededRandom};
pub use spawner::{BrokeOff, Spawner, Task, Tasks, ThreadSpawner};
pub use system_files::SystemFiles;
pub use table_place::{KEY_COLUMN, TablePlace};
pub use transport::{Method, Request, Response, Transport, TransportError};
pub use world::World;
