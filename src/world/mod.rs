//! What the outside gives: time, randomness, transport.
//!
//! Everything that acts reaches the outside only through the three traits here, so that a
//! simulation can bring its own. Knows nothing of rules or systems.

pub mod clock;
pub mod http_transport;
pub mod log_sink;
mod random;
pub mod transport;

pub use clock::{Clock, SystemClock};
pub use http_transport::HttpTransport;
pub use random::{Random, SeededRandom};
pub use transport::{Method, Request, Response, Transport, TransportError};
