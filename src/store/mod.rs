//! What must survive a restart: journal, work, links, bases, intents, parks, cursors, generations.
//!
//! A trait for each concern, that an embedded and a server database can both fill. Knows values and names, no
//! plan and no HTTP. What of it outlives a power cut, too, is said at [`Store`].

mod alone;
mod base_text;
pub mod calls;
pub mod checkup;
mod codec;
pub mod coordination;
pub mod copy;
pub mod decisions;
mod doubt;
mod due;
pub mod error;
pub mod halts;
pub mod handles;
pub mod hooked;
pub mod inbox;
pub mod intent;
pub mod journal;
pub mod ledger;
pub mod link;
pub mod memory;
pub mod moving;
pub mod open;
pub mod pairs;
pub mod park;
mod park_text;
pub mod postgres;
pub mod reach;
pub mod record;
pub mod rehearsal;
pub mod retention;
pub mod rules;
pub mod seen;
pub mod sqlite;
#[allow(clippy::module_inception, reason = "the room is named after its main trait")]
pub mod store;
pub mod tokens;

pub use calls::{CallEntry, Calls};
pub use coordination::{Coordination, Draw, Drawn, Hold, Lead, Living, Node, Rate, Role};
pub use decisions::{DecisionEntry, Decisions, HistoryEntry};
pub use error::StoreError;
pub use halts::{Halt, HaltWait, Halts, Lifted, Standing};
pub use handles::{Called, Handle, Handles};
pub use hooked::{AroundWrites, Hooked};
pub use inbox::Inbox;
pub use intent::{Intent, IntentDraft, IntentState, Settlement};
pub use journal::{Ages, Claim, Counts, Cursor, Hint, HintSource, Journal, PutOff, ToldBy, Unfinished, Which, Work};
pub use ledger::{Bucket, Ledger, LedgerLine};
pub use link::{Base, BaseValues, Link, LinkEnd};
pub use moving::{Carried, Moving, Named, Shelf};
pub use pairs::Pairs;
pub use park::{Asked, Candidate, Halted, LinkWait, Park, ParkDraft, ParkHead, Parking, Unpaired, Wait};
pub use reach::Reach;
pub use record::RecordRef;
pub use rehearsal::Rehearsal;
pub use retention::Retention;
pub use rules::{Generation, RuleText, RuleThen, Rules};
pub use seen::{Seen, SeenField};
pub use store::Store;
pub use tokens::{KeptToken, Tokens};
