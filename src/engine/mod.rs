//! Decides: (plan, situation) → what is still to be read, or effects.
//!
//! No async, no clock, no randomness, no store: state comes in as a value, effects go out as
//! values, and the same inputs give the same answer. The runtime reads what `decide` wants,
//! calls it again, and acts on what it answers.

mod agree;
mod asked;
pub mod base;
pub mod conflict;
pub mod create;
pub mod decide;
pub mod effect;
pub mod flow;
mod follow;
mod hidden;
mod journalled;
pub mod kept;
pub mod ledger;
pub mod list_rule;
pub mod listed;
pub mod lost;
pub mod matching;
pub mod meet;
mod narrowed;
mod noted;
mod pairs;
pub mod park;
mod part;
pub mod rule;
pub mod scope;
pub mod settle;
pub mod situation;
mod spoken;
pub mod taken;
pub mod target_field;
pub mod typed;
pub mod update;
pub mod wiping;
mod with_found;
mod with_read;

pub use base::{Base, BaseValues, Fought};
pub use decide::{Deciding, decide, explain};
pub use effect::{Decision, Disagreement, Effect, LeftAlone, Lost, MAKE, Making, Step, Unmatched, Untaken};
pub use follow::sibling_reference;
pub use kept::Kept;
pub use ledger::{Came, Ledger, Note};
pub use listed::Listed;
pub use lost::{COUNTERPART_GONE, label_of};
pub use matching::{match_value, may_be_meant};
pub use meet::PASSED_BY;
pub use park::{Candidate, Code, Stop, TOO_MUCH_WORK, UNREADABLE, UNRELIABLE, Unpaired, Wait};
pub use settle::{Seen, base_of};
pub use situation::{Fitting, Found, Made, Makeable, Reads, Situation, Want};
pub use wiping::WIPING;
