//! What must survive a restart: journal, work, links, bases, intents, parks, cursors, generations.
//!
//! One trait that an embedded and a server database can both fill. Knows values and names, no
//! plan and no HTTP. What of it outlives a power cut, too, is said at [`Store`].

pub mod answer;
pub mod intent;
pub mod journal;
pub mod link;
pub mod open;
pub mod park;
pub mod rules;
pub mod sqlite;
#[allow(clippy::module_inception, reason = "the room is named after its main trait")]
pub mod store;

pub use answer::SeenField;
pub use intent::{Intent, IntentDraft, IntentState, Settlement};
pub use journal::{Cursor, DecisionEntry, Hint, HintSource, HistoryEntry, RecordRef, Work};
pub use link::{Base, BaseValues, Link, LinkEnd};
pub use park::{Asked, Candidate, LinkWait, Park, ParkDraft, Parking, Unpaired, Wait};
pub use rules::{Generation, RuleText};
pub use store::{Counts, Store, StoreError};
