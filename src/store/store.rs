//! The sum of the concerns: the operations that the runtime needs, each done for all who ask, and past the end of the
//! process, when it returns.
//!
//! What was promised to somebody outside, or precedes an act outside, outlives a power cut, too: hints of webhooks and
//! of people, intents, what a person says, generations, tokens. Of the rest a power cut may take the end, as if it had
//! come a moment earlier; it is found or done again. Not a generic key-value interface: what must happen together is
//! one method, so that an engine can make it one transaction.

use super::calls::Calls;
use super::coordination::Coordination;
use super::decisions::Decisions;
use super::halts::Halts;
use super::handles::Handles;
use super::inbox::Inbox;
use super::journal::Journal;
use super::pairs::Pairs;
use super::retention::Retention;
use super::rules::Rules;
use super::seen::Seen;
use super::tokens::Tokens;

/// What must survive a restart: whatever fills each concern.
pub trait Store:
    Journal + Pairs + Inbox + Decisions + Rules + Seen + Halts + Handles + Calls + Tokens + Coordination + Retention
{
}

impl<Engine> Store for Engine
where
    Engine: Journal + Pairs + Inbox + Decisions,
    Engine: Rules + Seen + Halts + Handles + Calls + Tokens + Coordination + Retention,
{
}
